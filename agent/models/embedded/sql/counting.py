"""Counting: how many there are, in all or in each group."""

from __future__ import annotations

from .catalog import Table
from .draft import Draft, Shape
from .frame import Frame, event_tables, finished, frame_of, listed_values, related_tables
from .groups import is_category
from .having import entities_counted, own_key
from .heads import Head, head_after
from .joins import base_for
from .measures import of_column
from .query import Item, expr
from .reading import Phrase, Reading

COUNT = (
    r"how many times|how many of|how many|how often|(?:the )?(?:total )?number of"
    r"|(?:a |the )?count(?: of)?(?: the)?|count(?: up)?(?: the)?"
)
_EXISTS = (
    r"^\W*(?:is|are|was|were) there(?: any| a| an)?|^\W*(?:do|does|did) (?:any|we have(?: any)?)"
)
_DISTINCT = r"different|distinct|unique"
_INVERTED = r"did|does|do|has|have|was|were|been|is|are|get|got"


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
        return entities_counted(frame, head)
    item, base = _what(frame, head, table)
    if base is None:
        return None
    related = related_tables(frame, known={base, table.name})
    if shape == "count":
        listed_values(frame)
    query = frame.grouped(base, (item,), related=related)
    return finished(frame, query, "groups" if frame.groups else shape)


def subject_of(reading: Reading, head: Head) -> Table:
    """Return the table that a noun phrase is about."""
    if head.names_table and head.table is not None:
        return head.table
    columns = [c for c, _ in head.noun.values] if head.noun.is_value else list(head.noun.columns)
    homes = [reading.catalog.table(column.table) for column in columns]
    named = list(reading.mentioned())
    valued = {column.table for link in reading.links for column, _ in link.values}
    for likely in (lambda t: t in named, lambda t: t.name in valued):
        if (table := next(filter(likely, homes), None)) is not None:
            return table
    return homes[0] if homes else reading.catalog.tables[0]


def _what(frame: Frame, head: Head, table: Table) -> tuple[Item, str | None]:
    """Return what is counted, and from which table."""
    reading = frame.reading
    reading.use(*head.links)
    distinct = reading.says(_DISTINCT)
    column = head.column(frame.tables) if head.table is None else None
    if column is not None:
        item = Item(expr("count(DISTINCT ", column, ")"), "n")
        if column.kind == "number" and not is_category(column):
            item = of_column(column, reading).item("sum")
        return item, frame.base((column.table,), prefer=column.table)
    events = _events(frame, table)
    base = events or frame.base()
    if base in (None, table.name) or (events is not None and not distinct):
        return Item(expr("count(*)"), "n"), base
    return Item(expr("count(DISTINCT ", own_key(table), ")"), "n"), base


def _events(frame: Frame, table: Table) -> str | None:
    """Return the table of events when things are counted once for each time something was done.

    So it is in "how many books did she borrow" and in "how many books were borrowed".
    """
    reading = frame.reading
    inverted = reading.find(_INVERTED)
    grouped = {name for group in frame.groups for name in group.tables}
    for index, event in event_tables(reading):
        if event.name == table.name or inverted is None or inverted.span.start > index:
            continue
        if base_for(frame.catalog, {table.name, *grouped}, event.name) == event.name:
            reading.use(index)
            return event.name
    return None


def _times(reading: Reading, phrase: Phrase) -> Draft | None:
    """Answer "how often was X borrowed": count the events."""
    events = event_tables(reading)
    if not events:
        return None
    index, table = events[0]
    reading.use(phrase.span, index)
    frame = frame_of(reading, table)
    related = related_tables(frame, known={table.name})
    query = frame.grouped(table.name, (Item(expr("count(*)"), "n"),), related=related)
    return finished(frame, query, "groups" if frame.groups else "count")
