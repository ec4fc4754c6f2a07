"""Counting: how many there are, in all or in each group."""

from __future__ import annotations

from .catalog import Column, Table
from .draft import Draft, Shape
from .frame import Frame, event_tables, frame_of, related_tables
from .groups import Group, by_column, by_table, is_category
from .heads import Head, head_after
from .joins import base_for
from .measures import function_named, of_column
from .query import Expr, Item, Query, expr
from .reading import Phrase, Reading

COUNT = (
    r"how many times|how many of|how many|how often|(?:the )?(?:total )?number of"
    r"|(?:a |the )?count(?: of)?(?: the)?|count(?: up)?(?: the)?"
)
_EXISTS = (
    r"^\W*(?:is|are|was|were) there(?: any| a| an)?|^\W*(?:do|does|did) (?:any|we have(?: any)?)"
)
_DISTINCT = r"different|distinct|unique"


def counting(reading: Reading) -> Draft | None:
    """Answer "how many …" and "are there any …"."""
    phrase = reading.find(COUNT)
    shape: Shape = "count"
    if phrase is None:
        phrase, shape = reading.find(_EXISTS), "exists"
    if phrase is None:
        return None
    head = head_after(reading, phrase.span.stop)
    if head is None:
        return _times(reading, phrase)
    reading.use(phrase.span)
    table = subject_of(reading, head)
    frame = frame_of(reading, table)
    if frame.counted:
        return _entities_counted(frame, head, table)
    item, base, distinct = _what(frame, head, table)
    if base is None:
        return None
    query = frame.grouped(base, (item,), related=related_tables(frame, known={base, table.name}))
    _group_by_listed_values(frame, shape)
    query = frame.grouped(base, (item,), related=query.related)
    shape = "groups" if frame.groups else shape
    return finished(frame, query, shape)


def subject_of(reading: Reading, head: Head) -> Table:
    """Return the table that a noun phrase is about."""
    if head.table is not None and not _is_category_first(head):
        return head.table
    named = [t for t in reading.mentioned()]
    columns = [c for c, _ in head.noun.values] if head.noun.is_value else list(head.noun.columns)
    homes = [reading.catalog.table(c.table) for c in columns]
    return next((t for t in homes if t in named), None) or _owner(reading, homes)


def _owner(reading: Reading, homes: list[Table]) -> Table:
    valued = {c.table for link in reading.links for c, _ in link.values}
    return next((t for t in homes if t.name in valued), homes[0])


def _is_category_first(head: Head) -> bool:
    """True when the noun is rather a column, as `species` of a table `species_info` would be."""
    return bool(head.noun.columns) and not head.noun.is_exact


def _what(frame: Frame, head: Head, table: Table) -> tuple[Item, str | None, bool]:
    """Return what is counted, and from which table."""
    reading = frame.reading
    reading.use(*(link for link in head.links))
    distinct = reading.says(_DISTINCT)
    column = head.column(frame.tables) if head.table is None else None
    if column is not None and column.kind == "number" and not is_category(column):
        measure = of_column(column, reading)
        return measure.item("sum"), frame.base((column.table,), prefer=column.table), False
    if column is not None:
        item = Item(expr("count(DISTINCT ", column, ")"), "n")
        return item, frame.base((column.table,), prefer=column.table), True
    base = frame.base()
    events = _events(frame, table)
    if events is not None:
        base = events
    if base is None or base == table.name:
        return Item(expr("count(*)"), "n"), base, False
    if distinct or events is None:
        return Item(expr("count(DISTINCT ", _own_key(table), ")"), "n"), base, True
    return Item(expr("count(*)"), "n"), base, False


def _events(frame: Frame, table: Table) -> str | None:
    """Return the table of events when things are counted as often as something was done to them:
    in "how many books did she borrow" and "how many books were borrowed"."""
    reading = frame.reading
    for index, event in event_tables(reading):
        if event.name == table.name:
            continue
        inverted = reading.find(r"did|does|do|has|have|was|were|been|is|are|get|got")
        groups = {t for group in frame.groups for t in group.tables}
        wanted = {table.name, *groups}
        reachable = base_for(frame.catalog, wanted, event.name) == event.name
        if inverted and inverted.span.start < index and reachable:
            reading.use(index)
            return event.name
    return None


def _own_key(table: Table) -> Column:
    return next((c for c in table.keys if table.owns(c)), table.label)


def _times(reading: Reading, phrase: Phrase) -> Draft | None:
    """Answer "how often was X borrowed": count the events."""
    events = event_tables(reading)
    if not events:
        return None
    index, table = events[0]
    reading.use(phrase.span, index)
    frame = frame_of(reading, table)
    query = frame.grouped(
        table.name,
        (Item(expr("count(*)"), "n"),),
        related=related_tables(frame, known={table.name}),
    )
    return finished(frame, query, "groups" if frame.groups else "count")


def _group_by_listed_values(frame: Frame, shape: Shape) -> None:
    """Break down by a column when several of its values are asked for side by side."""
    if shape == "exists" or frame.groups:
        return
    reading = frame.reading
    for condition in frame.conditions:
        if len(condition.values) > 1 and not condition.negated:
            words = [reading.tokens[i].lower for i in condition.span]
            if "or" not in words:
                frame.groups.append(by_column(condition.column))
                return


def listed_values(frame: Frame) -> None:
    """Break a number down by a column when several of its values are asked for side by side."""
    _group_by_listed_values(frame, "number")


def _entities_counted(frame: Frame, head: Head, table: Table) -> Draft | None:
    """Answer "how many customers have more than three orders"."""
    query = having(frame, head)
    if query is None:
        return None
    inner = query.sql(frame.catalog)
    return Draft(
        sql=f"SELECT count(*) AS n FROM ({inner})",
        shape="count",
        unused=tuple(frame.reading.unused()),
        doubts=tuple(frame.reading.doubts),
    )


def having(frame: Frame, head: Head) -> Query | None:
    """Return the groups that have as many rows as the question wants."""
    reading, counted = frame.reading, frame.counted[0]
    reading.use(counted.link, *head.links)
    group = entity_group(frame, head)
    rows = counted.link.table
    if group is None or rows is None:
        return None
    many = reading.says(_DISTINCT)
    events = [e for i, e in event_tables(reading)]
    start = rows.name
    if base_for(frame.catalog, group.tables, start) != start:
        start = next((e.name for e in events), start)
    frame.groups = [group]
    base = frame.base({rows.name}, prefer=start)
    if base is None:
        return None
    count = expr("count(DISTINCT ", _own_key(rows), ")") if many else expr("count(*)")
    query = frame.grouped(
        base,
        (Item(count, "n"),),
        related=related_tables(frame, known={base, rows.name, *group.tables}),
    )
    return Query(
        base=query.base,
        select=query.select,
        where=query.where,
        related=query.related,
        group=query.group,
        having=f"n {counted.test}",
        order=query.order,
    )


def entity_group(frame: Frame, head: Head) -> Group | None:
    """Return the group that the noun of a phrase names."""
    if head.table is not None and not _is_category_first(head):
        return by_table(head.table, head.noun)
    column = head.column(frame.tables)
    return by_column(column, head.noun) if column is not None else None


def finished(frame: Frame, query: Query, shape: Shape) -> Draft:
    """Write the query out, with the words it leaves unused."""
    return Draft(
        sql=query.sql(frame.catalog),
        shape=shape,
        unused=tuple(frame.reading.unused()),
        doubts=tuple(frame.reading.doubts),
    )


def ungrouped(query: Query, where: tuple[Expr, ...]) -> Query:
    """Return the query with other conditions."""
    return Query(base=query.base, select=query.select, where=where, related=query.related)


__all__ = [
    "COUNT",
    "counting",
    "entity_group",
    "finished",
    "function_named",
    "having",
    "subject_of",
]
