"""Catalog: the tables there are, as the description of `run_sql` tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..words import stems

Kind = Literal["text", "number", "date", "boolean", "other"]

_UNITS = frozenset(
    "g kg mg t mm cm m km mi s sec min h ms eur usd gbp chf pct percent l ml c f kb mb gb".split()
)
_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_TABLE = re.compile(
    rf"^CREATE TABLE (?P<name>{_NAME})\s*\([ \t]*(?:--(?P<note>[^\n]*))?\n(?P<body>.*?)^\)\s*;",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_COLUMN = re.compile(
    rf"^\s*(?P<name>{_NAME})\s+(?P<type>[A-Za-z][^\n]*?)\s*,?\s*(?:--\s(?P<note>.*))?$"
)
_KEY = re.compile(rf"^\s*--\s*key:\s*({_NAME})\.({_NAME})\s*=\s*({_NAME})\.({_NAME})", re.MULTILINE)
_COUNT = re.compile(r"^(\d+) values?\b(,? such as)?:?\s*(.*)$")
_RANGE = re.compile(r"^(.+?) to (.+?)(?:,.*)?$")
_NULLS = re.compile(r",?\s*(\d+) null\b")
_LITERAL = re.compile(r"(?:DATE\s*)?'((?:[^']|'')*)'|([^,']+)")
_ROWS = re.compile(r"(\d+) rows?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    table: str
    name: str
    type: str
    words: tuple[str, ...]
    """The stems of its name, without the unit."""
    unit: str | None = None
    """What its name says it is measured in, such as `mm`."""
    values: tuple[str, ...] = ()
    """The values the catalog shows."""
    has_all_values: bool = False
    distinct: int | None = None
    low: str | None = None
    high: str | None = None
    nulls: int = 0

    @property
    def kind(self) -> Kind:
        """What can be done with its values."""
        upper = self.type.upper()
        if upper.startswith(("VARCHAR", "CHAR", "TEXT", "STRING", "ENUM", "UUID")):
            return "text"
        if upper.startswith(("DATE", "TIMESTAMP")):
            return "date"
        if upper.startswith("BOOL"):
            return "boolean"
        if re.match(r"U?(TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT|REAL|DEC|NUMERIC", upper):
            return "number"
        return "other"

    @property
    def is_key(self) -> bool:
        """True for an id, which is neither measured nor grouped by."""
        name = self.name.lower()
        return name in ("id", "uuid", "key") or name.endswith(("_id", "_key"))

    @property
    def is_year(self) -> bool:
        """True for a number that is a year, by its name or by its range."""
        if self.kind != "number" or self.is_key:
            return False
        return "year" in self.words or _spans_years(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its columns."""

    name: str
    words: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: int | None = None

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)

    @property
    def label(self) -> Column:
        """The column a reader knows a row by."""
        texts = [c for c in self.columns if c.kind == "text" and not c.is_key]
        named = [c for c in texts if {"name", "title"} & set(c.words)]
        whole = [c for c in texts if c.distinct is not None and c.distinct == self.rows]
        return next(iter(named or whole or self.keys or list(self.columns)))

    @property
    def keys(self) -> list[Column]:
        """The columns that are ids, its own first."""
        own = [c for c in self.columns if self.owns(c)]
        return own + [c for c in self.columns if c.is_key and c not in own]

    def owns(self, column: Column) -> bool:
        """True when `column` is this table's own id rather than a pointer to another table's."""
        stem = column.name.lower().removesuffix("_id").removesuffix("_key")
        if column.name.lower() in ("id", "uuid", "key", self.name.lower()):
            return True
        if not column.is_key:
            return self.words[-1:] == column.words
        own = self.words[-1] if self.words else ""
        first = next((c for c in self.columns if c.is_key), None)
        return own.startswith(stem) or (first == column and self.columns[0] == column)


@dataclass(frozen=True, slots=True)
class Key:
    """A join: `child` points at `parent`, of which there is one."""

    child: Column
    parent: Column


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables, and how they hang together."""

    tables: tuple[Table, ...]
    keys: tuple[Key, ...]

    def table(self, name: str) -> Table:
        """Return the table of that name; raises `KeyError`."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @property
    def columns(self) -> Iterator[Column]:
        """Every column of every table."""
        return (column for table in self.tables for column in table.columns)


@lru_cache(maxsize=32)
def parse_catalog(description: str) -> Catalog:
    """Read the catalog at the end of the description of `run_sql`; empty when it has none."""
    found = (_table(match) for match in _TABLE.finditer(description))
    tables = tuple(table for table in found if table.columns)
    by_name = {table.name: table for table in tables}
    keys = [*_declared(description, by_name), *_shared(tables)]
    unique = {(k.child.table, k.child.name, k.parent.table): k for k in reversed(keys)}
    return Catalog(tables, tuple(reversed(list(unique.values()))))


def _table(match: re.Match[str]) -> Table:
    name = _unquoted(match["name"])
    rows = _ROWS.search(match["note"] or "")
    columns = [_column(name, line) for line in match["body"].splitlines() if line.strip()]
    return Table(
        name=name,
        words=stems(_spaced(name)),
        columns=tuple(c for c in columns if c is not None),
        rows=int(rows[1]) if rows else None,
    )


def _column(table: str, line: str) -> Column | None:
    if (match := _COLUMN.match(line)) is None:
        return None
    name, note = _unquoted(match["name"]), (match["note"] or "").strip()
    words = [word for word in stems(_spaced(name)) if word != "id"]
    unit = next((w for w in words[1:][-1:] if w in _UNITS), None)
    nulls = _NULLS.search(note)
    note = _NULLS.sub("", note)
    counted = _COUNT.match(note)
    literals = tuple(_literals(counted[3])) if counted else ()
    span = None if counted else _RANGE.match(note)
    return Column(
        table=table,
        name=name,
        type=match["type"].strip().rstrip(","),
        words=tuple(words[:-1] if unit else words),
        unit=unit,
        values=literals,
        has_all_values=bool(counted and not counted[2]),
        distinct=int(counted[1]) if counted else None,
        low=_plain(span[1]) if span else None,
        high=_plain(span[2]) if span else None,
        nulls=int(nulls[1]) if nulls else 0,
    )


def _literals(text: str) -> Iterator[str]:
    for quoted, bare in _LITERAL.findall(text):
        if quoted:
            yield quoted.replace("''", "'")
        elif bare.strip(" …."):
            yield bare.strip()


def _plain(literal: str) -> str:
    return re.sub(r"^(?:DATE|TIMESTAMP)?\s*'|'$", "", literal.strip())


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " "))


def _spans_years(low: str | None, high: str | None) -> bool:
    return all(end is not None and re.fullmatch(r"(?:1[5-9]|20)\d\d", end) for end in (low, high))


def _declared(description: str, by_name: dict[str, Table]) -> Iterator[Key]:
    for names in _KEY.findall(description):
        left_table, left, right_table, right = map(_unquoted, names)
        if left_table in by_name and right_table in by_name:
            one, other = by_name[left_table].column(left), by_name[right_table].column(right)
            if one and other:
                yield _directed(by_name, one, other)


def _shared(tables: tuple[Table, ...]) -> Iterator[Key]:
    """Join tables on a column of the same name that one of them has only once for each row."""
    for parent in tables:
        for column in parent.columns:
            if _identifies(parent, column):
                for child in tables:
                    pointer = child.column(column.name)
                    if child is not parent and pointer and not _identifies(child, pointer):
                        yield Key(pointer, column)


def _identifies(table: Table, column: Column) -> bool:
    if column.is_key:
        return table.owns(column) and column.name.lower() != "id"
    is_whole = column.distinct is not None and column.distinct == table.rows
    return column.kind == "text" and is_whole and not {"name", "title"} & set(column.words)


def _directed(by_name: dict[str, Table], one: Column, other: Column) -> Key:
    first, second = by_name[one.table], by_name[other.table]
    if second.owns(other) and not first.owns(one):
        return Key(one, other)
    if first.owns(one) and not second.owns(other):
        return Key(other, one)
    return Key(one, other) if (first.rows or 0) >= (second.rows or 0) else Key(other, one)
