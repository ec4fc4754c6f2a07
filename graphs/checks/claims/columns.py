"""Columns: which column of a table a number of a sentence is given as."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..numbers import Number
from .grid import Grid
from .lexicon import UNITS
from .standing import Standing
from .words import Word, words_of

_SHORT_FOR = {
    "avg": "averag",
    "pct": "percent",
    "num": "number",
    "cnt": "count",
    "qty": "quantiti",
    "max": "maximum",
    "min": "minimum",
}
_SHARE = re.compile(r"percent|pct|share|rate|ratio|%", re.IGNORECASE)
_BREAK = re.compile(r"[;:()]|,(?!\d)|\b(?:and|but|while|whereas)\b", re.IGNORECASE)
_NEAR = 3
"""Words before a number among which its column is looked for."""


def columns_of(grid: Grid, number: Number, standing: Standing) -> frozenset[int]:
    """Return the columns that a number may belong to by the words beside it; none says any."""
    if len(grid.measures) < 2:
        return frozenset()
    if number.percent:
        shares = frozenset(one for one in grid.measures if _SHARE.search(grid.columns[one]))
        if shares:
            return shares
    names = _own_names(grid)
    behind = _behind(standing, number)
    if behind and (found := _called(behind[:2], names)):
        return found
    before = _before(standing, number)
    return _called(before[-1:] if behind else before, names)


def named_columns(grid: Grid, standing: Standing) -> frozenset[int]:
    """Return the columns that have most of their names' words in the sentence."""
    return _called(standing.saying.words, _own_names(grid))


def words_name(grid: Grid, said: Sequence[Word]) -> frozenset[int]:
    """Return the columns that some words name."""
    return _called(said, _own_names(grid))


def _own_names(grid: Grid) -> dict[int, frozenset[str]]:
    """Return what tells each column's name from those of the others, units left out."""
    names = {one: frozenset(map(_spelled, grid.named(one))) for one in grid.measures}
    shared = frozenset.intersection(*names.values()) if len(names) > 1 else frozenset[str]()
    return {one: found - shared - UNITS.keys() - _UNIT_STEMS for one, found in names.items()}


_UNIT_STEMS = frozenset(one.stem for unit in UNITS for one in words_of(unit))


def _spelled(stem: str) -> str:
    return _SHORT_FOR.get(stem, stem)


def _called(said: Sequence[Word], names: dict[int, frozenset[str]]) -> frozenset[int]:
    """Return the columns of which most words are said."""
    stems = {one.stem for one in said}
    counts = {
        column: sum(any(_is_said(name, one) for one in stems) for name in own)
        for column, own in names.items()
    }
    most = max(counts.values(), default=0)
    return frozenset(one for one, count in counts.items() if count == most) if most else frozenset()


def _is_said(name: str, stem: str) -> bool:
    """Return whether a word says a part of a column's name, which may be cut short."""
    return name == stem or (len(name) > 3 and stem.startswith(name))


def _behind(standing: Standing, number: Number) -> list[Word]:
    """Return the words right behind a number that say what it counts."""
    text = standing.saying.text
    end = min([one.start for one in _others(standing, number, behind=True)] + [len(text)])
    if cut := _BREAK.search(text, number.end, end):
        end = cut.start()
    return [
        one
        for one in standing.saying.words
        if number.end <= one.start < end and not one.is_grammar and one.text.lower() not in UNITS
    ]


def _before(standing: Standing, number: Number) -> list[Word]:
    """Return the last words before a number, unless they say what another number counts."""
    text = standing.saying.text
    start = max([one.end for one in _others(standing, number, behind=False)] + [0])
    taken = start > 0
    for cut in _BREAK.finditer(text, start, number.start):
        if cut.end() < number.start - 1:
            start, taken = cut.end(), False
    found = [one for one in standing.saying.words if start <= one.start and one.end <= number.start]
    said = [one for one in found if not one.is_grammar]
    return (said[1:] if taken else said)[-_NEAR:]


def _others(standing: Standing, number: Number, *, behind: bool) -> list[Number]:
    every = standing.saying.figures.numbers
    return [
        one for one in every if (one.start >= number.end if behind else one.end <= number.start)
    ]
