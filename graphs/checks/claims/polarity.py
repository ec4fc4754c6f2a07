"""Polarity: what of a sentence is said not to be so, by its negations and how far they reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from .words import words_of

_FOCUS = 3
"""Words of meaning behind a negation that it is about."""
_DENIES = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|must|may|"
    r"might|need|ought)(?:\s+not\b|n['’]t\b)|"
    r"\b(?:never|cannot|no longer|nobody|no one|none|nothing|neither|nor)\b|"
    r"\b(?:fail(?:s|ed|ing)?|refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|ceas(?:e|es|ed|ing)) to\b|"
    r"\black(?:s|ed|ing)?\b|"
    r"\b(?:is|was) (?:false|untrue|wrong|incorrect)(?: that)?\b",
    re.IGNORECASE,
)
"""What denies a whole statement, by its verb or its subject."""
BREAK = re.compile(
    r"[;:()]|,(?!\d)|\b(?:and|but|while|whereas|because|although|though|who|which)\b", re.IGNORECASE
)
"""Where one statement of a sentence ends and another begins."""
_BOUNDED = re.compile(
    r"\b(?:than|only|just|merely|until|before|beyond|all|every|exceed\w*|surpass\w*)\b",
    re.IGNORECASE,
)
"""What makes a bound of the number behind it: `not more than 5`, `did not exceed 5`."""
_BY_SUBJECT = frozenset("nobody none nothing neither nor".split()) | {"no one"}
"""What denies only what stands behind it."""
_APPENDED = re.compile(r"\W*[\d.,]+(?:\W+\w+){0,2}\W*(?:\[|$)")
"""A number set behind a comma, which belongs to what stands before."""


def clause_around(text: str, place: int) -> tuple[int, int]:
    """Return where the statement around a place of a sentence begins and ends."""
    breaks = [match.span() for match in BREAK.finditer(text)]
    start = max((end for _, end in breaks if end <= place), default=0)
    return start, min((begin for begin, _ in breaks if begin > place), default=len(text))


def is_denied(text: str, place: int, *, besides: frozenset[str] = frozenset()) -> bool:
    """Return whether the statement about what stands at `place` is denied, and not twice.

    A negation of what is in `besides`, which are stems, does not count.
    """
    reaching = (
        one for one in _reaching(text, place) if not besides or not besides & _behind(text, one)
    )
    return sum(1 for _ in reaching) % 2 == 1


def _behind(text: str, denial: re.Match[str]) -> frozenset[str]:
    """Return the stems of the next words behind a negation."""
    said = (one.stem for one in words_of(text[denial.end() :]) if not one.is_grammar)
    return frozenset(islice(said, _FOCUS))


def _reaching(text: str, place: int) -> Iterator[re.Match[str]]:
    start, end = clause_around(text, place)
    if _APPENDED.match(text, start):
        start, _ = clause_around(text, max(start - 2, 0))
    pairs = False
    for match in _DENIES.finditer(text, start, end):
        word = match[0].lower()
        if match.end() <= place and _BOUNDED.search(text, match.end(), place):
            continue
        if (word in _BY_SUBJECT and match.end() > place) or (word == "nor" and pairs):
            continue
        pairs |= word == "neither"
        yield match
