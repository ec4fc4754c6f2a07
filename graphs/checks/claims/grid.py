"""Grid: a table of evidence as claims speak of it: labels, measures, and what the query asked."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pydantic import JsonValue

from surefoot.evidence import Evidence, TableSource

from ..numbers import Number, states
from .mentions import Mention, RowNames
from .query import Query
from .words import words_of

MOST_ROWS = 2_000
LARGEST = 1e300
"""Numbers beyond are left alone."""
_MOST_TEXTS = 32
"""Texts of which a table keeps the rows that they name."""
_LABEL_NAMES = re.compile(
    r"(?:^|_)(?:year|month|day|date|quarter|week|hour|id|code|name|key|rank|period|no|number)s?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the table."""

    row: int
    column: int
    value: float


@dataclass(frozen=True)
class Grid:
    """The rows of one piece of evidence."""

    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...]
    row_count: int
    """Rows that the query has, which may be more than are here."""
    query: Query = field(default_factory=Query)

    @property
    def is_whole(self) -> bool:
        """True when no row is missing."""
        return self.row_count == len(self.rows)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """The columns that name rows."""
        return tuple(n for n in range(len(self.columns)) if self._is_label(n))

    @cached_property
    def measures(self) -> tuple[int, ...]:
        """The columns of numbers that say something about what is named."""
        return tuple(
            n for n in range(len(self.columns)) if n not in self.labels and any(self.values(n))
        )

    def values(self, column: int) -> Sequence[float]:
        """Return the numbers of a column."""
        return self._by_column.get(column, ())

    @cached_property
    def _by_column(self) -> dict[int, list[float]]:
        found: dict[int, list[float]] = {}
        for cell in self.cells:
            found.setdefault(cell.column, []).append(cell.value)
        return found

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every number of the table."""
        return tuple(
            Cell(row, column, float(value))
            for row, values in enumerate(self.rows)
            for column, value in enumerate(values)
            if isinstance(value, int | float) and not isinstance(value, bool)
            if abs(value) < LARGEST
        )

    @cached_property
    def cell(self) -> dict[tuple[int, int], float]:
        """The numbers by row and column."""
        return {(one.row, one.column): one.value for one in self.cells}

    def stating(self, number: Number) -> list[Cell]:
        """Return the measured numbers that a number of a claim states."""
        falls = replace(number, value=-number.value)
        found = [one for one in self._near(number) if states(number, one.value)]
        found += [
            one
            for one in self._near(falls)
            if one.value < 0 and states(falls, one.value) and one not in found
        ]
        return sorted(found, key=lambda one: (one.row, one.column))

    def _near(self, number: Number) -> Iterator[Cell]:
        """Yield the measured numbers that a number might state."""
        if not math.isfinite(number.value):
            return
        spread = number.unit + (abs(number.value) * 0.25 if number.lean else 0.0)
        values, cells = self._in_order
        for scale in {1.0, number.suffix, 0.01 if number.percent else 1.0}:
            low = bisect_left(values, (number.value - spread) * scale)
            high = bisect_right(values, (number.value + spread) * scale)
            yield from cells[low:high]

    @cached_property
    def _in_order(self) -> tuple[list[float], list[Cell]]:
        """The measured numbers in order of size, by themselves and with where they stand."""
        cells = [one for one in self.cells if one.column not in self.labels]
        cells.sort(key=lambda one: one.value)
        return [one.value for one in cells], cells

    def labels_with(self, value: float) -> bool:
        """Return whether a row is named by this number, such as an id."""
        return any(one.value == value for one in self.cells if one.column in self.labels)

    def named(self, column: int) -> frozenset[str]:
        """Return the stems in a column's name."""
        return frozenset(one.stem for one in words_of(self.columns[column].replace("_", " ")))

    def mentions(self, text: str) -> list[Mention]:
        """Return the rows that a text names, in order; the last texts are kept."""
        if (found := self._mentioned.get(text)) is None:
            if len(self._mentioned) >= _MOST_TEXTS:
                self._mentioned.clear()
            found = self._mentioned[text] = self._row_names.mentions(text)
        return found

    @cached_property
    def _mentioned(self) -> dict[str, list[Mention]]:
        return {}

    @cached_property
    def _row_names(self) -> RowNames:
        return RowNames(self.columns, self.labels, self.rows)

    @cached_property
    def _keys(self) -> frozenset[int]:
        return self.query.keys(self.columns)

    def _is_label(self, column: int) -> bool:
        values = [row[column] for row in self.rows if row[column] is not None]
        if any(isinstance(value, str) for value in values):
            return True
        if not values or not all(map(_is_whole, values)):
            return False
        return column in self._keys or bool(_LABEL_NAMES.search(self.columns[column]))


def _is_whole(value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < LARGEST and float(value).is_integer()


def grid_of(item: Evidence) -> Grid | None:
    """Return the table that a piece of evidence holds; None when it holds none."""
    query = Query(item.source.sql) if isinstance(item.source, TableSource) else Query()
    count = item.source.row_count if isinstance(item.source, TableSource) else None
    match item.data:
        case {"columns": [*columns], "rows": [*rows]}:
            names = tuple(str(one) for one in columns)
            cells = tuple(
                tuple(row)
                for row in rows[:MOST_ROWS]
                if isinstance(row, list) and len(row) == len(names)
            )
        case [dict() as first, *_]:
            names = tuple(first)
            cells = tuple(_records(item.data, names))
            count = len(item.data) if count is None else count
        case _:
            return None
    if not names or not cells:
        return None
    return Grid(names, cells, len(cells) if count is None else count, query)


def _records(data: Sequence[JsonValue], names: tuple[str, ...]) -> Iterator[tuple[JsonValue, ...]]:
    for one in data[:MOST_ROWS]:
        if isinstance(one, dict):
            yield tuple(one.get(name) for name in names)
