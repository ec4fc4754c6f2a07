"""Swapping: a word that nobody knows, set where the evidence has a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .passages import Passage
from .standing import Standing
from .words import GRAMMAR, Word, stem, words

_FEWEST = 2
_RESTATES = 0.85
_MOST_STRANGE = 2
_NAME = re.compile(r"[A-Z]\w*[A-Z0-9]\w*|[A-Z]{2,}|[A-Z][a-z]\w+")
_GRAMMAR = frozenset(map(stem, GRAMMAR))
_TICKED = re.compile(r"`+[^`\n]{1,80}`+")


def swaps_name(standing: Standing) -> bool:
    """Return whether the claim restates a sentence but for a name, which has become another word.

    The word stands beside the same word as the name does, and is found nowhere else.
    """
    stems = standing.saying.stems
    strange = frozenset(one for one in stems if not _is_known(one, standing))
    rest = stems - strange
    if not 0 < len(strange) <= _MOST_STRANGE or len(rest) < _FEWEST:
        return False
    ours = words(standing.saying.core)
    for witness in standing.texts:
        found = witness.reading.best(rest, width=1)
        if found is not None and found.coverage >= _RESTATES:
            if _is_swapped(ours, strange, found.passages[0]):
                return True
    return False


def _is_known(one: str, standing: Standing) -> bool:
    return one in standing.said_stems or any(one in each.vocabulary for each in standing.witnesses)


def _is_swapped(ours: Sequence[Word], strange: frozenset[str], passage: Passage) -> bool:
    said = {one.stem for one in ours}
    places = [place for place, one in enumerate(ours) if one.stem in strange]
    for name in _names(passage):
        word = passage.words[name]
        if word.stem in said:
            continue
        if any(_is_in_place(ours, place, passage.words, name) for place in places):
            return True
    return False


def _is_in_place(ours: Sequence[Word], place: int, theirs: Sequence[Word], name: int) -> bool:
    """Return whether both words beside two places are the same, or one that carries meaning."""
    same = [
        beside
        for step in (-1, 1)
        if (beside := _beside(ours, place, step)) == _beside(theirs, name, step)
    ]
    return len(same) == 2 or any(one and one not in _GRAMMAR for one in same)


def _names(passage: Passage) -> Iterator[int]:
    """Yield where the names and identifiers of a sentence stand among its words."""
    ticked = [match.span() for match in _TICKED.finditer(passage.text)]
    for place, one in enumerate(passage.words):
        set_apart = any(start <= one.start < end for start, end in ticked)
        mixed = not one.text.islower() and not one.text.istitle() and not one.text.isdigit()
        if set_apart or mixed or (place and _NAME.fullmatch(one.text)):
            yield place


def _beside(said: Sequence[Word], place: int, step: int) -> str:
    """Return the stem beside a word; nothing at the ends of a sentence."""
    return said[place + step].stem if 0 <= place + step < len(said) else ""
