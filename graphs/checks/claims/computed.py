"""Computed values: a number that the evidence does not show but gives, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..numbers import Lean, Number, states
from .evidence import Witness
from .grid import Grid
from .lexicon import COMPARATIVES, FELL, ROSE
from .pairing import is_excluded
from .standing import Standing
from .words import words

_SUM = re.compile(
    r"\b(?:total\w*|sum\w*|altogether|together|combined|overall|in all|all|"
    r"majority|(?:out )?of the(?= \d))\b",
    re.I,
)
_GAP = re.compile(
    r"\b(?:differ\w*|gap|between|ahead|behind|margin|change\w*|by|than|range|spread|apart|extra|"
    r"remain\w*|left|older|younger|earlier|later)\b",
    re.I,
)
_RATIO = re.compile(r"\b(?:times|ratio|twice|double\w*|tripl\w*|half|-?fold|per|each)\b", re.I)
_SHARE = re.compile(r"\b(?:share|percent\w*|proportion|fraction|part)\b|%", re.I)
_MEAN = re.compile(r"\b(?:average\w*|mean|typical\w*)\b", re.I)
_RANGE = re.compile(r"\b(?:range|spread|gap|difference|between)\b", re.I)
_MOST_NAMED = 8
_REACHES = re.compile(
    r"(?P<not>\b(?:not|never|cannot)\s(?:\w+\s)?|n['’]t\s(?:\w+\s)?)?"
    r"\b(?:reach|exceed|surpass|pass|hit|top|make)(?:s|es|ed|ped)?\s(?:the |even |an? )?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a value comes about."""

    how: str
    """Such as `sum`."""
    of: str
    """What it is computed from, in words of the evidence."""
    value: float
    column: str = ""
    """The column whose unit it has."""
    of_all: bool = False
    """True when it is computed from every row."""

    def __str__(self) -> str:
        return f"{self.how} of {self.of} = {self.value:.10g}"


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    value: float


def derivation(number: Number, standing: Standing) -> Derivation | None:
    """Return how a number follows from the cited tables, if the sentence says it is computed.

    Only what the sentence names, or a whole column, is computed with: so few values are tried that
    one of them seldom fits by chance.
    """
    for found in _candidates(number, standing):
        if states(number, found.value):
            return found
    return None


def _candidates(number: Number, standing: Standing) -> Iterator[Derivation]:
    text = standing.saying.text
    for witness in standing.tables:
        if (grid := witness.grid) is not None:
            yield from _of_columns(grid, text)
            yield from _of_rest(grid, text)
            for column in grid.measures:
                named = _named(grid, column, standing)
                yield from _of_pairs(named, text, number, grid.columns[column])
                yield from _of_parts(grid, column, named, text, number)
                yield from _counted(grid, column, standing, number)
    yield from _of_pairs(list(_single(standing.witnesses)), text, number)


def _of_columns(grid: Grid, text: str) -> Iterator[Derivation]:
    """Yield what whole columns give, where no row is missing."""
    if not grid.is_whole or len(grid.rows) < 2:
        return
    for column in grid.measures:
        values, name = grid.values(column), grid.columns[column]
        if _SUM.search(text):
            yield Derivation("sum", f"all {len(values)} rows of {name}", sum(values), name, True)
        if _MEAN.search(text):
            mean = sum(values) / len(values)
            yield Derivation("average", f"all {len(values)} rows of {name}", mean, name, True)
        if _RANGE.search(text):
            yield Derivation("range", f"{name}", max(values) - min(values), name, True)


def _of_rest(grid: Grid, text: str) -> Iterator[Derivation]:
    """Yield the sums of whole columns without the rows that the sentence leaves out."""
    if not grid.is_whole:
        return
    left_out = frozenset[int]().union(
        *(one.rows for one in grid.mentions(text) if is_excluded(text, one))
    )
    if not left_out or len(left_out) == len(grid.rows):
        return
    for column in grid.measures:
        rest = [one.value for one in grid.cells if one.column == column and one.row not in left_out]
        yield Derivation("sum", f"the other rows of {grid.columns[column]}", sum(rest))


def _of_pairs(
    named: Sequence[_Value], text: str, number: Number, column: str = ""
) -> Iterator[Derivation]:
    """Yield what the values that the sentence names give."""
    said = {one.text.lower() for one in words(text)}
    gap = _GAP.search(text) or ROSE.search(text) or FELL.search(text) or said & {*COMPARATIVES}
    if len(named) > 1 and _SUM.search(text):
        of = " + ".join(f"{one.name} {one.value:g}" for one in named)
        yield Derivation("sum", of, sum(one.value for one in named), column)
    if len(named) > 1 and _MEAN.search(text):
        of = ", ".join(f"{one.name} {one.value:g}" for one in named)
        yield Derivation("average", of, sum(one.value for one in named) / len(named), column)
    for one, other in combinations(named, 2):
        of = f"{one.name} {one.value:g} and {other.name} {other.value:g}"
        if gap:
            yield Derivation("difference", of, abs(one.value - other.value), column)
        for above, below in ((one, other), (other, one)):
            if not below.value:
                continue
            of = f"{above.name} {above.value:g} and {below.name} {below.value:g}"
            if _RATIO.search(text):
                yield Derivation("ratio", of, above.value / below.value)
            if number.percent or _SHARE.search(text):
                yield Derivation("share", of, 100 * above.value / below.value)
                change = 100 * abs(above.value - below.value) / abs(below.value)
                yield Derivation("change in percent", of, change)


def _of_parts(
    grid: Grid, column: int, named: Sequence[_Value], text: str, number: Number
) -> Iterator[Derivation]:
    """Yield the share that the named rows have in the whole."""
    total = sum(grid.values(column))
    if not (grid.is_whole and total and (number.percent or _SHARE.search(text))):
        return
    for one in named:
        of = f"{one.name} {one.value:g} in {total:g}"
        yield Derivation("share", of, 100 * one.value / total)
    if len(named) > 1:
        part = sum(one.value for one in named)
        yield Derivation("share", f"{part:g} in {total:g}", 100 * part / total)


def _counted(grid: Grid, column: int, standing: Standing, number: Number) -> Iterator[Derivation]:
    """Yield how many rows lie beyond a threshold that the sentence names."""
    if not grid.is_whole:
        return
    for edge in standing.saying.figures.numbers:
        if edge.lean in ("over", "under") and edge.start != number.start:
            beyond = sum(_is_beyond(value, edge, edge.lean) for value in grid.values(column))
            of = f"the rows with {grid.columns[column]} {edge.lean} {edge.value:g}"
            yield Derivation("count", of, float(beyond))


def is_threshold(number: Number, standing: Standing) -> bool:
    """Return whether a number is one that rows are said to lie beyond, and that they do.

    `Biscoe has more than 100` holds of 168; `two have more than 100` of exactly two such rows.
    """
    if not (lean := _lean(number, standing.saying.text)):
        return False
    for witness in standing.tables:
        if (grid := witness.grid) is None:
            continue
        for column in grid.measures:
            named = _named(grid, column, standing)
            if named and all(_is_beyond(one.value, number, lean) for one in named):
                return True
            count = sum(_is_beyond(value, number, lean) for value in grid.values(column))
            others = (one for one in standing.saying.figures.numbers if one.start != number.start)
            if grid.is_whole and any(one.value == count for one in others):
                return True
    return False


def _lean(number: Number, text: str) -> Lean:
    """Return whether a number is one that something lies over or under, as its verb may say."""
    if number.lean in ("over", "under"):
        return number.lean
    verb = _REACHES.search(text[: number.start])
    return "" if verb is None else "under" if verb["not"] else "over"


def _is_beyond(value: float, edge: Number, lean: Lean) -> bool:
    return value > edge.value if lean == "over" else value < edge.value


def _named(grid: Grid, column: int, standing: Standing) -> list[_Value]:
    """Return the numbers of the rows that the sentence names, else the question."""
    for said in (standing.saying.text, standing.claim.question):
        rows = dict.fromkeys(min(one.rows) for one in grid.mentions(said) if len(one.rows) == 1)
        if len(rows) > 1 or (rows and said is standing.saying.text):
            found = [
                _Value(_label(grid, row), grid.cell[row, column])
                for row in rows
                if (row, column) in grid.cell
            ]
            return found[:_MOST_NAMED]
    return []


def _label(grid: Grid, row: int) -> str:
    return " ".join(str(grid.rows[row][one]) for one in grid.labels)


def _single(witnesses: Sequence[Witness]) -> Iterator[_Value]:
    """Yield the value of each piece of evidence that has only one."""
    for witness in witnesses[:_MOST_NAMED]:
        if (grid := witness.grid) is not None and len(grid.cells) == 1:
            yield _Value(witness.id, grid.cells[0].value)
        elif len(values := witness.numbers) == 1:
            yield _Value(witness.id, values[0])
