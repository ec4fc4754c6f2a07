"""Comparing: what is said to be more or less than another, or to rise or fall, must be so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from ..numbers import Number
from .columns import named_columns, words_name
from .grid import Grid
from .lexicon import COMPARATIVES, EXCEEDS, FELL, NEGATION, ROSE
from .mentions import TIME, Mention
from .quantities import quantity
from .standing import Standing
from .words import Word

_FROM_TO = re.compile(r"\bfrom\b.*?\bto\b", re.IGNORECASE)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_FARTHEST = 60
"""Characters before a `than` in which the word that compares is looked for."""


def turned(standing: Standing) -> bool:
    """Return whether the sentence says `fell from 3 to 5`."""
    text = standing.saying.text
    span = _FROM_TO.search(text)
    if span is None or standing.saying.negates:
        return False
    begin = next((one for one in _plain(standing) if one.start > span.start()), None)
    end = next((one for one in _plain(standing) if one.start >= span.end()), None)
    if begin is None or end is None or begin.start >= span.end() or begin.percent != end.percent:
        return False
    before = text[: span.start()]
    rose = [match.start() for match in ROSE.finditer(before)]
    fell = [match.start() for match in FELL.finditer(before)]
    if not rose and not fell:
        return False
    way = 1 if max(rose, default=-1) > max(fell, default=-1) else -1
    return (end.value - begin.value) * way < 0


def _plain(standing: Standing) -> list[Number]:
    """Return the numbers that are no years."""
    return [
        one
        for one in standing.saying.figures.numbers
        if not (one.unit == 1 and "," not in one.text and 1500 <= one.value < 2100)
    ]


def compared(grid: Grid, standing: Standing) -> bool | None:
    """Return whether `A has more than B`, or `A exceeds B`, holds; None when nothing is compared.

    Where the sentence does not say which column it speaks of, one that bears it out is enough.
    """
    text = standing.saying.text
    if (than := _THAN.search(text)) is not None:
        said = [one for one in standing.saying.words if one.start < than.start()]
        ways = directions(said, COMPARATIVES)
        near = [way for way in ways if than.start() - way[1].start < _FARTHEST]
        if not near:
            return None
        way, word = near[-1]
        way *= -1 if _is_lessened(said, word) else 1
        columns = words_name(grid, [one for one in said if one.start > word.start])
        start, end = than.span()
    elif (verb := EXCEEDS.search(text)) is not None:
        way, columns = (1 if verb["more"] else -1), frozenset[int]()
        start, end = verb.span()
    else:
        return None
    mentions = grid.mentions(text)
    left = _row(mentions, lambda one: one.end <= start, last=True)
    right = _row(mentions, lambda one: one.start >= end, last=False)
    if left is None or right is None or left == right:
        return None
    columns = columns or named_columns(grid, standing) or frozenset(grid.measures)
    held = [_exceeds(grid, left, right, one, way) for one in columns]
    told = [one for one in held if one is not None]
    if not told:
        return None
    denied = NEGATION.search(text[:start]) is not None
    return not all(told) if denied else any(told)


def _row(
    mentions: Sequence[Mention], stands: Callable[[Mention], bool], *, last: bool
) -> int | None:
    """Return the only row that the nearest mentions on one side name together."""
    nearest: dict[int, frozenset[int]] = {}
    for one in mentions if last else reversed(mentions):
        if stands(one):
            nearest[one.column] = one.rows
    rows = frozenset.intersection(*nearest.values()) if nearest else frozenset[int]()
    return min(rows) if len(rows) == 1 else None


def _exceeds(grid: Grid, left: int, right: int, column: int, way: int) -> bool | None:
    one, other = grid.cell.get((left, column)), grid.cell.get((right, column))
    return None if one is None or other is None else (one - other) * way > 0


def _is_lessened(said: Sequence[Word], word: Word) -> bool:
    """Return whether a comparative stands behind `less`, as in `less far`."""
    before = [one for one in said if one.start < word.start]
    return bool(before) and before[-1].text.lower() == "less"


def moved(grid: Grid, standing: Standing) -> bool | None:
    """Return whether what is said to rise or fall between two named rows does."""
    text = standing.saying.text
    rose, fell = ROSE.search(text), FELL.search(text)
    if (rose is None) == (fell is None) or standing.saying.negates:
        return None
    times = [one for one in grid.mentions(text) if TIME.search(grid.columns[one.column])]
    if len(times) != 2 or any(len(one.rows) != 1 for one in times):
        return None
    columns = measures_of(grid, standing)
    if len(columns) != 1:
        return None
    (column,) = columns
    first, last = sorted(times, key=lambda one: str(grid.rows[min(one.rows)][one.column]))
    begin = grid.cell.get((min(first.rows), column))
    end = grid.cell.get((min(last.rows), column))
    if begin is None or end is None:
        return None
    said = sorted(times, key=lambda one: one.start)
    if re.search(r"\bfrom\b", text) is not None and said[0] is not first:
        return False
    return (end - begin) * (1 if rose else -1) > 0


def measures_of(grid: Grid, standing: Standing) -> frozenset[int]:
    """Return the columns that the sentence may speak of, as far as it says."""
    if len(grid.measures) == 1:
        return frozenset(grid.measures)
    for number in standing.saying.figures.numbers:
        readings = quantity(standing.saying.text, number).readings(standing)
        columns = {cell.column for one in readings for cell in grid.stating(one)}
        if len(columns) == 1:
            return frozenset(columns)
    return named_columns(grid, standing)


def directions(said: Sequence[Word], ways: Mapping[str, int]) -> list[tuple[int, Word]]:
    """Return the words that have a way, with the way they have."""
    return [(way, one) for one in said if (way := ways.get(one.text.lower())) is not None]
