"""Having: the things that have as many rows of another kind as a question wants."""

from __future__ import annotations

from dataclasses import replace

from .catalog import Column, Table
from .draft import Draft
from .frame import Frame, event_tables, finished, related_tables
from .groups import Group, by_column, by_table
from .heads import Head
from .joins import base_for
from .query import Item, Query, expr

_DISTINCT = r"different|distinct|unique"


def entity_group(frame: Frame, head: Head) -> Group | None:
    """Return the group that the noun of a phrase names."""
    if head.names_table and head.table is not None:
        return by_table(head.table, head.noun)
    column = head.column(frame.tables)
    return by_column(column, head.noun) if column is not None else None


def own_key(table: Table) -> Column:
    """Return the column that tells a table's rows apart, as well as one can be found."""
    return next((column for column in table.keys if table.owns(column)), table.label)


def having(frame: Frame, head: Head) -> Query | None:
    """Return the groups that have as many rows as the question wants."""
    reading, counted = frame.reading, frame.counted[0]
    reading.use(counted.link, *head.links)
    group, rows = entity_group(frame, head), counted.link.table
    if group is None or rows is None:
        return None
    count = expr("count(*)")
    if reading.says(_DISTINCT):
        count = expr("count(DISTINCT ", own_key(rows), ")")
    start = rows.name
    if base_for(frame.catalog, group.tables, start) != start:
        start = next((event.name for _, event in event_tables(reading)), start)
    frame.groups = [group]
    base = frame.base({rows.name}, prefer=start)
    if base is None:
        return None
    related = related_tables(frame, known={base, rows.name, *group.tables})
    query = frame.grouped(base, (Item(count, "n"),), related=related)
    return replace(query, having=f"n {counted.test}")


def entities_counted(frame: Frame, head: Head) -> Draft | None:
    """Answer "how many customers have more than three orders"."""
    query = having(frame, head)
    if query is None:
        return None
    inner = finished(frame, query, "count")
    return replace(inner, sql=f"SELECT count(*) AS n FROM ({inner.sql})")
