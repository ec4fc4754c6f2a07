"""Ranking: the first of rows or of groups in some order, all of them when several share it."""

from __future__ import annotations

from dataclasses import replace

from .catalog import Table
from .draft import Draft
from .frame import Frame, finished, related_tables
from .groups import Group
from .measures import Measure
from .query import Item, Query, expr, quoted
from .superlatives import Superlative

_MOST_SHOWN = 6


def ranked_groups(
    frame: Frame, found: Superlative, group: Group, base: str, item: Item, *, outer: bool = False
) -> Draft:
    """Return the groups with the most, or the least, of `item`."""
    frame.groups = [group]
    known = {base, frame.subject, *group.tables}
    query = frame.grouped(base, (item,), related=related_tables(frame, known=known))
    query = replace(query, outer=outer, order="")
    return finished(frame, _first(query, f"{item.alias} {found.direction}", found.limit), "top")


def ranked_rows(
    frame: Frame, found: Superlative, table: Table, measure: Measure, direction: str
) -> Draft | None:
    """Return the rows with the most, or the least, of `measure`."""
    base = frame.base((measure.table,), prefer=table.name)
    if base is None:
        return None
    if has_name(table):
        shown = [Item(expr(table.label)), Item(measure.value)]
    else:
        shown = [Item(measure.value), *_telling(table, measure)]
    related = related_tables(frame, known={base, table.name})
    query = Query(base=base, select=tuple(shown), where=frame.where, related=related)
    return finished(
        frame, _first(query, f"{_named(frame, measure)} {direction}", found.limit), "top"
    )


def has_name(table: Table) -> bool:
    """True when a table's label tells its rows apart."""
    label = table.label
    unique = label.distinct is not None and label.distinct == table.rows
    return unique or bool({"name", "title"} & set(label.words))


def _first(query: Query, order: str, limit: int) -> Query:
    order = f"{order} NULLS LAST"
    if limit == 1:
        return replace(query, qualify=f"rank() OVER (ORDER BY {order}) = 1")
    return replace(query, order=order, limit=limit)


def _telling(table: Table, measure: Measure) -> list[Item]:
    """Return the columns that tell which row it is, of a table whose rows have no name."""
    words = [c for c in table.columns if c.kind in ("text", "date") or table.owns(c)]
    return [Item(expr(column)) for column in words if column != measure.column][:_MOST_SHOWN]


def _named(frame: Frame, measure: Measure) -> str:
    """Return the measure's column as an order may name it."""
    column = measure.value.columns[0]
    alone = sum(other.name == column.name for other in frame.catalog.columns) == 1
    name = quoted(column.name)
    return name if alone else f"{quoted(column.table)}.{name}"
