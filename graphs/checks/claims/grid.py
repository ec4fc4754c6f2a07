"""Grid: a table of evidence as claims speak of it: labels, measures, and what the query asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import JsonValue

from surefoot.evidence import Evidence, TableSource

from ..numbers import Number, states
from .query import Query
from .words import Word, words_of

MOST_ROWS = 2_000
LARGEST = 1e300
"""Numbers beyond are left alone."""
_LABEL_NAMES = re.compile(
    r"(?:^|_)(?:year|month|day|date|quarter|week|hour|id|code|name|key|rank|period|no|number)s?$",
    re.IGNORECASE,
)

TIME = re.compile(r"year|month|date|quarter|day|week|hour", re.IGNORECASE)
"""Names of columns that say when."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A label of the table that a text names."""

    column: int
    rows: frozenset[int]
    start: int
    end: int


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

    def values(self, column: int) -> list[float]:
        """Return the numbers of a column."""
        return [cell.value for cell in self.cells if cell.column == column]

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
        falls = Number(text=number.text, value=-number.value, unit=number.unit)
        return [
            one
            for one in self.cells
            if one.column not in self.labels
            and (states(number, one.value) or (one.value < 0 and states(falls, one.value)))
        ]

    def labels_with(self, value: float) -> bool:
        """Return whether a row is named by this number, such as an id."""
        return any(one.value == value for one in self.cells if one.column in self.labels)

    def named(self, column: int) -> frozenset[str]:
        """Return the stems in a column's name."""
        return frozenset(one.stem for one in words_of(self.columns[column].replace("_", " ")))

    def mentions(self, said: Sequence[Word]) -> list[Mention]:
        """Return the labels that the words name, in order; the longest name wins."""
        found: list[Mention] = []
        place = 0
        while place < len(said):
            best: tuple[int, list[tuple[int, frozenset[int]]]] = (0, [])
            for name, where in self._names.get(said[place].stem, ()):
                stems = tuple(one.stem for one in said[place : place + len(name)])
                if stems == name and len(name) >= best[0]:
                    best = (len(name), [*(best[1] if len(name) == best[0] else ()), *where])
            if not best[0] and said[place].is_capitalised and len(said[place].text) > 3:
                best = (1, self._short.get(said[place].stem, []))
            if best[1]:
                last = said[place + best[0] - 1]
                found += [Mention(c, rows, said[place].start, last.end) for c, rows in best[1]]
            place += max(best[0], 1) if best[1] else 1
        return found

    @cached_property
    def _names(self) -> dict[str, list[tuple[tuple[str, ...], list[tuple[int, frozenset[int]]]]]]:
        """Names of rows by their first stem, with the columns and rows they stand in."""
        where: dict[tuple[str, ...], dict[int, set[int]]] = {}
        for column in self.labels:
            for row, values in enumerate(self.rows):
                value = values[column]
                # An id looks like any other number of the sentence; a year seldom does.
                if not isinstance(value, str) and not TIME.search(self.columns[column]):
                    continue
                if name := _name(value):
                    where.setdefault(name, {}).setdefault(column, set()).add(row)
        found: dict[str, list[tuple[tuple[str, ...], list[tuple[int, frozenset[int]]]]]] = {}
        for name, columns in where.items():
            places = [(column, frozenset(rows)) for column, rows in columns.items()]
            found.setdefault(name[0], []).append((name, places))
        return found

    @cached_property
    def _short(self) -> dict[str, list[tuple[int, frozenset[int]]]]:
        """Long names by their first word, where no other begins with it."""
        return {
            first: names[0][1]
            for first, names in self._names.items()
            if len(names) == 1 and len(names[0][0]) > 1
        }

    def _is_label(self, column: int) -> bool:
        values = [row[column] for row in self.rows if row[column] is not None]
        if any(isinstance(value, str) for value in values):
            return True
        whole = all(isinstance(value, int) and not isinstance(value, bool) for value in values)
        return bool(values) and whole and bool(_LABEL_NAMES.search(self.columns[column]))


def _name(value: JsonValue) -> tuple[str, ...]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return tuple(one.stem for one in words_of(str(value)[:120]))[:12]
    return ()


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
