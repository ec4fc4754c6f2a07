"""Groups: what a question wants its numbers broken down by."""

from __future__ import annotations

from dataclasses import dataclass

from .catalog import Column, Table
from .query import Expr, Item, expr
from .reading import Link, Reading

_MARKERS = (
    r"grouped by|broken down by|split by|for each of|for each|for every|in each of|in each|on each"
    r"|of each|at each|from each|by each|with each|per|by|each|every|across|across all"
)
_TIME_UNITS = ("year", "quarter", "month", "week", "day")


@dataclass(frozen=True, slots=True)
class Group:
    """One thing to group by: what is shown of it, and what tells its groups apart."""

    items: tuple[Item, ...]
    keys: tuple[Expr, ...]
    tables: frozenset[str]
    link: Link | None = None


def groups(reading: Reading, tables: list[str]) -> list[Group]:
    """Find what follows `per`, `by`, `for each`, …, and use those words."""
    found: list[Group] = []
    for phrase in reading.find_all(_MARKERS):
        if phrase.span.start in reading.used:
            continue
        at = phrase.span.stop
        while (group := _group_at(reading, at, tables)) is not None:
            reading.use(phrase.span)
            found.append(group[0])
            at = group[1]
            if not (at < len(reading.tokens) and reading.tokens[at].lower in {"and", "per"}):
                break
            at += 1
    return found


def _group_at(reading: Reading, at: int, tables: list[str]) -> tuple[Group, int] | None:
    while at < len(reading.tokens) and reading.tokens[at].lower in {
        "the",
        "of",
        "different",
        "our",
    }:
        at += 1
    if at >= len(reading.tokens):
        return None
    if reading.tokens[at].lower.rstrip("s") in _TIME_UNITS:
        group = _time_group(reading, reading.tokens[at].lower.rstrip("s"), tables)
        if group is not None:
            reading.use(at)
            return group, at + 1
    link = reading.link_at(at)
    group = group_of(reading, link, tables) if link is not None else None
    if link is None or group is None:
        return None
    reading.use(link)
    return group, link.end


def group_of(reading: Reading, link: Link, tables: list[str]) -> Group | None:
    """Return the group a link stands for, None when it is a measure or a value."""
    if link.is_value:
        return None
    columns = sorted(
        (c for c in link.columns if is_category(c)),
        key=lambda c: tables.index(c.table) if c.table in tables else 99,
    )
    if columns and (link.table is None or not _same_word(link, link.table)):
        return by_column(columns[0], link)
    if link.table is not None:
        return by_table(link.table, link)
    return None


def by_column(column: Column, link: Link | None = None) -> Group:
    """Group by a column's values."""
    value = expr(column)
    return Group((Item(value),), (value,), frozenset({column.table}), link)


def by_table(table: Table, link: Link | None = None) -> Group:
    """Group by a table's rows, shown by their label."""
    label = table.label
    keys = [expr(label)]
    own = next((c for c in table.keys if table.owns(c)), None)
    if own is not None and own != label and label.distinct != table.rows:
        keys.insert(0, expr(own))
    alias = f"{table.words[-1]}_{label.name}" if label.name.lower() in ("name", "title") else ""
    return Group((Item(expr(label), alias),), tuple(keys), frozenset({table.name}), link)


def is_category(column: Column) -> bool:
    """True for a column whose values name groups rather than measure something."""
    if column.is_key:
        return False
    if column.kind in ("text", "boolean", "date") or column.is_year:
        return True
    return column.kind == "number" and column.has_all_values and (column.distinct or 99) <= 12


def _same_word(link: Link, table: Table) -> bool:
    return bool(table.words) and link.is_exact


def _time_group(reading: Reading, unit: str, tables: list[str]) -> Group | None:
    named = [
        c
        for c in reading.catalog.columns
        if c.kind == "number" and unit in c.words and c.table in tables[:1]
    ]
    if named:
        return by_column(named[0])
    dates = sorted(
        (c for c in reading.catalog.columns if c.kind == "date" and c.table in tables),
        key=lambda c: tables.index(c.table),
    )
    if not dates:
        years = [c for c in reading.catalog.columns if c.is_year and c.table in tables[:1]]
        return by_column(years[0]) if years and unit == "year" else None
    column = dates[0]
    units = [unit]
    if unit != "year" and unit != "day" and not reading.find(r"in (?:1[5-9]|20)\d\d"):
        units.insert(0, "year")
    if unit == "day":
        return by_column(column)
    items = tuple(Item(expr(f"{u}(", column, ")"), u) for u in units)
    return Group(items, tuple(item.value for item in items), frozenset({column.table}))
