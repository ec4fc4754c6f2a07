"""The catalog as a model reads it: `CREATE TABLE` statements with comments, within a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .catalog import Catalog, Column, Table, quoted

CATALOG_CHARACTERS = 6_000
_SHORTEST_LIST = 3


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


_DETAILS = (
    _Detail(values=30, characters=600, samples=3, columns=200),
    _Detail(values=12, characters=200, samples=2, columns=100),
    _Detail(values=6, characters=100, samples=1, columns=60),
    _Detail(values=0, characters=0, samples=0, columns=40),
    _Detail(values=0, characters=0, samples=0, columns=12),
)


def print_catalog(catalog: Catalog, *, characters: int = CATALOG_CHARACTERS) -> str:
    """Return the catalog in no more than `characters`; what there is no room for is counted."""
    for detail in _DETAILS:
        text = "\n".join(_lines(catalog, detail))
        if len(text) <= characters:
            return text
    return _names(catalog, characters)


def _lines(catalog: Catalog, detail: _Detail) -> Iterator[str]:
    for table in catalog.tables:
        yield from _table(table, detail)
    for key in catalog.keys:
        child = f"{quoted(key.table)}.{quoted(key.column)}"
        gap = f", {_count(key.unmatched, 'row')} unmatched" if key.unmatched else ""
        yield f"-- key: {child} = {quoted(key.to_table)}.{quoted(key.to_column)}{gap}"


def _table(table: Table, detail: _Detail) -> Iterator[str]:
    origin = f"{_count(table.rows, 'row')}, from {table.source}"
    yield f"CREATE TABLE {quoted(table.name)} (  -- {origin}"
    shown = table.columns[: detail.columns]
    for column in shown:
        comma = "" if column is table.columns[-1] else ","
        comment = _comment(column, detail)
        yield f"  {quoted(column.name)} {column.type}{comma}" + (
            f"  -- {comment}" if comment else ""
        )
    if left := len(table.columns) - len(shown):
        yield f"  -- {left} more columns: run `DESCRIBE {quoted(table.name)}`"
    yield ");"


def _comment(column: Column, detail: _Detail) -> str:
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


def _names(catalog: Catalog, characters: int) -> str:
    lines = ["-- Too many tables to describe: run `DESCRIBE table` or `SUMMARIZE table`."]
    room = characters - len(lines[0]) - 40
    for position, table in enumerate(catalog.tables):
        line = f"-- {quoted(table.name)}: {_count(table.rows, 'row')}, {len(table.columns)} columns"
        room -= len(line) + 1
        if room < 0:
            lines.append(f"-- {len(catalog.tables) - position} more tables")
            break
        lines.append(line)
    return "\n".join(lines)
