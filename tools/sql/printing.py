"""The catalog as a model reads it: `CREATE TABLE` statements with comments, within a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .catalog import Catalog, Column, Table, quoted

CATALOG_CHARACTERS = 16_000
_SHORTEST_LIST = 3
_MOST_KEYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detail:
    """How much is said about each column."""

    values: int
    """Up to so many values are all listed."""
    characters: int
    """… as long as they take no more room than this."""
    samples: int
    columns: int
    """So many columns of a table are described; the rest are only counted."""
    comments: bool = True
    """False says nothing about what columns hold."""


_DETAILS = (
    _Detail(values=30, characters=600, samples=3, columns=200),
    _Detail(values=12, characters=200, samples=2, columns=200),
    _Detail(values=6, characters=100, samples=1, columns=200),
    _Detail(values=3, characters=40, samples=0, columns=200),
    _Detail(values=0, characters=0, samples=0, columns=200),
    *(
        _Detail(values=0, characters=0, samples=0, columns=most, comments=False)
        for most in (200, 100, 60, 40, 20, 10)
    ),
)
"""What is said of values goes before any column does."""


def print_catalog(catalog: Catalog, *, characters: int = CATALOG_CHARACTERS) -> str:
    """Return the catalog in no more than `characters`; what there is no room for is counted.

    First what is said of values gives way, then the last columns of wide tables, and all columns
    only of the tables that come last.
    """
    for detail in _DETAILS:
        text = "\n".join(_lines(catalog, detail))
        if len(text) <= characters:
            return text
    return _as_many_as_fit(catalog, characters)


def _as_many_as_fit(catalog: Catalog, characters: int) -> str:
    """Return the first tables with columns as far as two thirds of the room go, then names."""
    lines: list[str] = []
    room = characters * 2 // 3
    described = 0
    for table in catalog.tables:
        text = "\n".join(_table(table, _DETAILS[-1]))
        room -= len(text) + 1
        if room < 0:
            break
        lines.append(text)
        described += 1
    lines.append("-- Further tables; `DESCRIBE name` tells the columns of one:")
    room = characters - sum(len(line) + 1 for line in lines) - 40
    for position, table in enumerate(catalog.tables[described:], described):
        line = f"-- {quoted(table.name)}: {_count(table.rows, 'row')}, {len(table.columns)} columns"
        room -= len(line) + 1
        if room < 0:
            lines.append(f"-- {len(catalog.tables) - position} more tables")
            break
        lines.append(line)
    return "\n".join(lines)


def _lines(catalog: Catalog, detail: _Detail) -> Iterator[str]:
    for table in catalog.tables:
        yield from _table(table, detail)
    yield from _keys(catalog)


def _keys(catalog: Catalog) -> Iterator[str]:
    for key in catalog.keys[:_MOST_KEYS]:
        child = f"{quoted(key.table)}.{quoted(key.column)}"
        gap = f", {_count(key.unmatched, 'row')} unmatched" if key.unmatched else ""
        yield f"-- key: {child} = {quoted(key.to_table)}.{quoted(key.to_column)}{gap}"
    if (left := len(catalog.keys) - _MOST_KEYS) > 0:
        yield f"-- {_count(left, 'more key')}"


def _table(table: Table, detail: _Detail) -> Iterator[str]:
    origin = f"{_count(table.rows, 'row')}, from {table.source}"
    if table.comment and detail.comments:
        yield f"-- {table.comment}"
    yield f"CREATE TABLE {quoted(table.name)} (  -- {origin}"
    shown = table.columns[: detail.columns]
    for column in shown:
        comma = "" if column is table.columns[-1] else ","
        comment = _comment(column, detail)
        if column.comment and detail.comments:
            yield f"  -- {column.comment}"
        yield f"  {quoted(column.name)} {column.type}{comma}" + (
            f"  -- {comment}" if comment else ""
        )
    if left := len(table.columns) - len(shown):
        yield f"  -- {left} more columns: run `DESCRIBE {quoted(table.name)}`"
    yield ");"


def _comment(column: Column, detail: _Detail) -> str:
    if not detail.comments:
        return ""
    parts = [part for part in (_content(column, detail), _nulls(column)) if part]
    return ", ".join(parts)


def _content(column: Column, detail: _Detail) -> str:
    listed = column.values or ()
    text = ", ".join(listed)
    is_short = len(listed) <= max(detail.values, _SHORTEST_LIST) and len(text) <= detail.characters
    if listed and is_short and _is_one_line(text):
        return f"{_count(len(listed), 'value')}: {text}"
    if column.minimum is not None and column.maximum is not None:
        if column.minimum == column.maximum:
            return f"1 value: {column.minimum}"
        return f"{column.minimum} to {column.maximum}"
    if not column.distinct:
        return ""
    counted = _count(column.distinct, "value")
    samples = list(filter(_is_one_line, column.samples or listed))[: detail.samples]
    return f"{counted}, such as {', '.join(samples)}" if samples else counted


def _is_one_line(text: str) -> bool:
    return len(text.splitlines()) == 1


def _nulls(column: Column) -> str:
    return f"{column.nulls} null" if column.nulls else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
