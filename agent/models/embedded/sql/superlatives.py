"""Superlatives: the most, the least, the heaviest, the top three."""

from __future__ import annotations

from dataclasses import dataclass

from ..lexicon import Adjective
from ..words import NUMBER_WORDS, number
from .reading import Reading

_COUNTING = frozenset("popular common frequent often frequently numerous".split())
_NUMBER = r"\d+|" + "|".join(NUMBER_WORDS)


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question wants the extreme of."""

    span: range
    is_largest: bool
    limit: int = 1
    adjective: Adjective | None = None
    is_count: bool = False
    """True when rows are counted, as in most often."""

    @property
    def direction(self) -> str:
        """The SQL order that puts the extreme first."""
        return "DESC" if self.is_largest else "ASC"


def superlative(reading: Reading) -> Superlative | None:
    """Find the first superlative of a question."""
    for index, token in enumerate(reading.tokens):
        found = _at(reading, index, token.lower)
        if found is not None and index not in reading.used:
            return _with_limit(reading, found)
    return None


def _at(reading: Reading, index: int, word: str) -> Superlative | None:
    known, tokens = reading.lexicon, reading.tokens
    following = tokens[index + 1].lower if index + 1 < len(tokens) else ""
    before = tokens[index - 1].lower if index else ""
    if word in {"most", "least"} and before != "at":
        largest = word == "most"
        if following in known.adjectives:
            adjective = known.adjectives[following]
            up = (adjective.direction > 0) == largest
            return Superlative(range(index, index + 2), up, adjective=adjective)
        if following in _COUNTING:
            return Superlative(range(index, index + 2), largest, is_count=True)
        return Superlative(range(index, index + 1), largest)
    if word in {"top", "bottom"}:
        return Superlative(range(index, index + 1), word == "top")
    if word in known.superlatives and not (word in {"first", "last"} and _is_ordinal(following)):
        adjective = known.superlatives[word]
        span = range(index, index + 1)
        if following == "number":
            end = index + (3 if index + 2 < len(tokens) and tokens[index + 2].lower == "of" else 2)
            return Superlative(range(index, end), adjective.direction > 0, is_count=True)
        return Superlative(span, adjective.direction > 0, adjective=adjective)
    return None


def _is_ordinal(following: str) -> bool:
    return following in {"quarter", "half", "name", "time", "of"}


def _with_limit(reading: Reading, found: Superlative) -> Superlative:
    for index in (found.span.start - 1, found.span.stop):
        if 0 <= index < len(reading.tokens):
            limit = number(reading.tokens[index].text)
            if isinstance(limit, int) and 0 < limit <= 1000:
                span = range(min(index, found.span.start), max(index + 1, found.span.stop))
                return Superlative(span, found.is_largest, limit, found.adjective, found.is_count)
    return found
