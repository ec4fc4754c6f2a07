"""Lexicon: which English words mean the same, compare, or carry no meaning of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .words import singular


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjective:
    """A word that compares, such as heavy: what it measures and which way."""

    words: tuple[str, ...]
    """The nouns it measures, such as mass."""
    direction: int
    """1 when the superlative is the largest value, -1 when it is the smallest."""
    dates: int = 0
    """The same for dates: the oldest has the smallest one. 0 when it does not speak of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words the planner knows besides those of the tables."""

    synonyms: Mapping[str, frozenset[str]]
    verbs: Mapping[str, tuple[str, ...]]
    adjectives: Mapping[str, Adjective]
    comparatives: Mapping[str, Adjective]
    superlatives: Mapping[str, Adjective]
    additive: frozenset[str]
    """Nouns whose values are summed rather than averaged."""
    stop: frozenset[str]
    """Words of grammar."""
    neutral: frozenset[str]
    """Verbs and nouns that say no more than that something is in the data."""

    def alike(self, stem: str) -> frozenset[str]:
        """Return the stems that mean the same as `stem`, itself among them."""
        return self.synonyms.get(stem, frozenset()) | {stem}

    def is_silent(self, word: str) -> bool:
        """True for a word that may be left unused without changing what is asked."""
        return word in self.stop or word in self.neutral


def read_data(name: str) -> str:
    """Return the text of a packaged data file."""
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


@cache
def lexicon() -> Lexicon:
    """Return the packaged lexicon, read once."""
    raw = json.loads(read_data("lexicon.json"))
    adjectives = {
        word: Adjective(
            words=tuple(entry["words"]), direction=entry["direction"], dates=entry.get("dates", 0)
        )
        for word, entry in raw["adjectives"].items()
    }
    comparatives = {_inflected(word, "er"): a for word, a in adjectives.items()}
    superlatives = {_inflected(word, "est"): a for word, a in adjectives.items()}
    for form, word in raw["irregular"].items():
        (comparatives if form.endswith("er") else superlatives)[form] = adjectives[word]
    return Lexicon(
        synonyms=_groups(raw["synonyms"]),
        verbs={verb: tuple(nouns) for verb, nouns in raw["verbs"].items()},
        adjectives=adjectives,
        comparatives=comparatives,
        superlatives=superlatives,
        additive=frozenset(raw["additive"]),
        stop=frozenset(raw["stop"].split()),
        neutral=frozenset(raw["neutral"].split()),
    )


def _groups(groups: list[list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        same = frozenset(singular(word) for word in group)
        for word in same:
            found[word] = found.get(word, frozenset()) | same
    return found


def _inflected(adjective: str, ending: str) -> str:
    if adjective.endswith("y"):
        return adjective[:-1] + "i" + ending
    if adjective.endswith("e"):
        return adjective + ending[1:]
    return adjective + ending
