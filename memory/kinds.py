"""Kinds: whether a remembered sentence is a fact, a preference, an episode or a procedure."""

from __future__ import annotations

import re
from typing import Literal, get_args

from .claims import sentence_of

FactKind = Literal["fact", "preference", "episode", "procedure"]

_RULES: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (
        "procedure",
        re.compile(
            r"^(?:when(?:ever)?|if|before|after|each time|every time|to [a-z]+\b[^,]*,) .*"
            r"|\bfirst\b.*\bthen\b|^my (?:routine|workflow|procedure|process)\b"
        ),
    ),
    (
        "preference",
        re.compile(
            r"\b(?:prefer\w*|like|love|hate|dislike|enjoy|adore|loathe|want|rather|favourite"
            r"|always|never|call me|can't stand|cannot stand|wish)\b"
            r"|^(?:please |answer |reply |use |write |speak |give |show )"
        ),
    ),
    (
        "episode",
        re.compile(
            r"^(?:[a-z]+ ){0,2}?i (?:went|visited|met|saw|bought|sold|attended|travelled|traveled"
            r"|flew|drove|finished|got|lost|won|watched|read|ran|ate|cooked|had|broke|found|gave"
            r"|made|booked|ordered|cancelled|signed|passed|failed|graduated|married|was in)\b"
        ),
    ),
)


def kind_of(text: str) -> FactKind:
    """Return the kind of a sentence; what no rule knows is a fact."""
    said = sentence_of(text)
    return next((kind for kind, pattern in _RULES if pattern.search(said)), "fact")


def known_kind(name: str) -> FactKind:
    """Return a kind by its name; what is none is a fact."""
    kinds: tuple[FactKind, ...] = get_args(FactKind)
    return next((kind for kind in kinds if kind == name), "fact")
