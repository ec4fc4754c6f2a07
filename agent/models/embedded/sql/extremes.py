"""Extremes: which one has the most, the longest, the least."""

from __future__ import annotations

from dataclasses import replace

from .catalog import Table
from .counting import entity_group, finished, subject_of
from .draft import Draft
from .frame import Frame, event_tables, frame_of, related_tables
from .groups import Group, by_table
from .heads import Head, head_after
from .measures import Measure, function_named, measure_named
from .query import Item, Query, expr
from .reading import Reading
from .superlatives import Superlative, superlative
from .times import date_column

_ASKED = r"which|what|whose|in which|on which|from which"
_WHO = r"who|whom"


def extremes(reading: Reading) -> Draft | None:
    """Answer "which X has the most …" and "top three X by …"."""
    found = superlative(reading)
    if found is None or reading.find(r"how (?:many|much)|average number"):
        return None
    entity = _entity(reading, found)
    who = reading.find(_WHO)
    noun = head_after(reading, found.span.stop)
    if entity is None and who is None and not _is_rows(noun):
        return None
    reading.use(found.span)
    if who is not None:
        reading.use(who.span)
    return _of_entity(reading, found, entity, noun)


def _entity(reading: Reading, found: Superlative) -> Head | None:
    asked = reading.find(_ASKED)
    if asked is None or asked.span.start > found.span.start:
        return None
    head = head_after(reading, asked.span.stop)
    if head is None or head.noun.is_value or head.noun.start > found.span.start:
        return None
    return head


def _is_rows(noun: Head | None) -> bool:
    """True when the superlative is followed by what has rows, not by a number."""
    if noun is None:
        return False
    first = noun.links[0] if not noun.noun.is_value else noun.noun
    if noun.table is not None:
        return not any(
            c.kind == "number" for link in noun.links for c in link.columns if not link.is_value
        )
    if first.is_value and noun.noun.is_value:
        return True
    return all(c.kind != "number" for c in noun.noun.columns)


def _of_entity(
    reading: Reading, found: Superlative, entity: Head | None, noun: Head | None
) -> Draft | None:
    head = entity or noun
    subject = subject_of(reading, head) if head is not None else _person(reading)
    if subject is None:
        return None
    frame = frame_of(reading, subject)
    group = (
        entity_group(frame, head)
        if head is not None and not head.noun.is_value
        else by_table(subject)
    )
    if group is None:
        return None
    if head is not None:
        reading.use(*head.links)
    function = function_named(reading)
    frame.groups = [
        g for g in frame.groups if g.link is None or head is None or g.link != head.noun
    ]
    if not found.is_count:
        by_date = _by_date(frame, found, subject)
        if by_date is not None:
            return by_date
        counted = _counted_rows(frame, found, entity, noun)
        measure = None if counted else measure_named(reading, frame.tables, found.adjective)
        if measure is not None:
            return _by_measure(frame, found, group, subject, measure, function, noun)
    return _by_count(frame, found, group, subject, entity, noun)


def _person(reading: Reading) -> Table | None:
    """Return the table of people or things that have a name, for "who …"."""
    named = [t for t in reading.catalog.tables if {"name", "title"} & set(t.label.words)]
    said = {c.table for link in reading.links for c in link.columns}
    said |= {table.name for table in reading.mentioned()}
    for index in range(len(reading.tokens)):
        from .links import verb_columns

        said |= {c.table for c in verb_columns(reading, index)}
    return next((t for t in named if t.name in said), named[0] if len(named) == 1 else None)


def _counted_rows(frame: Frame, found: Superlative, entity: Head | None, noun: Head | None) -> bool:
    """True when `most` counts the rows of a table rather than a number."""
    if found.adjective is not None and found.adjective.words:
        return False
    if noun is None:
        return entity is not None and bool(event_tables(frame.reading))
    if entity is None:
        return False
    return noun.table is not None or noun.noun.is_value


def _by_date(frame: Frame, found: Superlative, subject: Table) -> Draft | None:
    """Answer "who is the newest customer" and "which book is the oldest"."""
    if found.adjective is None or not found.adjective.dates or found.adjective.words == ():
        if found.adjective is None or not found.adjective.dates:
            return None
    ages = [c for c in subject.columns if set(c.words) & set(found.adjective.words)]
    dates = [c for c in subject.columns if c.kind == "date" or c.is_year]
    if ages or not dates:
        return None
    reading = frame.reading
    column = dates[0]
    for index in range(len(reading.tokens)):
        from .links import verb_columns

        said = [c for c in verb_columns(reading, index) if c in dates]
        if said:
            reading.use(index)
            column = said[0]
            break
    latest = found.adjective.dates * (
        1 if found.is_largest == (found.adjective.direction > 0) else -1
    )
    measure = Measure(expr(column), subject.name, column.name, False, column)
    return _rows(frame, found, subject, measure, "DESC" if latest > 0 else "ASC")


def _by_measure(
    frame: Frame,
    found: Superlative,
    group: Group,
    subject: Table,
    measure: Measure,
    function: str | None,
    noun: Head | None,
) -> Draft | None:
    own = group.tables == {measure.table} and group.items[0].value.columns[0] == subject.label
    whole_rows = group.link is None or group.link.table is not None or (own and _is_label(subject))
    if noun is not None:
        frame.reading.use(*(l for l in noun.links if not l.is_value))
    if whole_rows and group.tables == {measure.table} and function is None:
        return _rows(frame, found, subject, measure, found.direction)
    function = function or _function(found, measure, noun)
    base = frame.base(group.tables, (measure.table,), measure.value.tables, prefer=measure.table)
    if base is None:
        return None
    return _ranked(frame, found, group, base, measure.item(function), subject)


def _is_label(subject: Table) -> bool:
    return subject.label.distinct is not None and subject.label.distinct == subject.rows


def _function(found: Superlative, measure: Measure, noun: Head | None) -> str:
    if measure.is_additive:
        return "sum"
    if noun is not None and noun.table is not None and found.adjective is not None:
        return "max" if found.is_largest else "min"
    return "avg"


def _by_count(
    frame: Frame,
    found: Superlative,
    group: Group,
    subject: Table,
    entity: Head | None,
    noun: Head | None,
) -> Draft | None:
    reading = frame.reading
    rows = (
        noun.table if noun is not None and noun.table is not None and entity is not None else None
    )
    if noun is not None:
        reading.use(*(l for l in noun.links if not l.is_value))
    events = event_tables(reading)
    start = rows.name if rows is not None else subject.name
    if events and (rows is None or frame.base(group.tables, (rows.name,), prefer=start) != start):
        start = events[0][1].name
    if (
        rows is None
        and not events
        and group.tables == {subject.name}
        and entity is not None
        and entity.table
    ):
        children = [k.child.table for k in frame.catalog.keys if k.parent.table == subject.name]
        if len(children) != 1:
            return None
        start = children[0]
    base = frame.base(group.tables, {rows.name} if rows else (), prefer=start)
    if base is None:
        return None
    item = Item(expr("count(*)"), "n")
    fewest = not found.is_largest and base not in group.tables and not frame.conditions
    if fewest:
        key = next(
            k.child
            for k in frame.catalog.keys
            if k.child.table == base and k.parent.table in group.tables
        )
        item = Item(expr("count(", key, ")"), "n")
    return _ranked(frame, found, group, base, item, subject, outer=fewest)


def _ranked(
    frame: Frame,
    found: Superlative,
    group: Group,
    base: str,
    item: Item,
    subject: Table,
    outer: bool = False,
) -> Draft:
    frame.groups = [group]
    query = frame.grouped(
        base, (item,), related=related_tables(frame, known={base, subject.name, *group.tables})
    )
    order = f"{item.alias} {found.direction} NULLS LAST"
    if found.limit == 1:
        query = replace(query, qualify=f"rank() OVER (ORDER BY {order}) = 1", order="", outer=outer)
    else:
        query = replace(query, order=order, limit=found.limit, outer=outer)
    return finished(frame, query, "top")


def _rows(
    frame: Frame, found: Superlative, subject: Table, measure: Measure, direction: str
) -> Draft | None:
    base = frame.base((measure.table,), prefer=subject.name)
    if base is None:
        return None
    shown: tuple[Item, ...] = (Item(expr(subject.label)), Item(measure.value))
    if not _is_label(subject) and not {"name", "title"} & set(subject.label.words):
        shown = tuple(Item(expr(c)) for c in subject.columns)
    related = related_tables(frame, known={base, subject.name})
    query = Query(base=base, select=shown, where=frame.where, related=related)
    value = measure.value.columns[0]
    name = value.name if _unique(frame, value.name, query) else f"{value.table}.{value.name}"
    order = f'"{name}" {direction} NULLS LAST' if " " in name else f"{name} {direction} NULLS LAST"
    if found.limit == 1:
        query = replace(query, qualify=f"rank() OVER (ORDER BY {order}) = 1")
    else:
        query = replace(query, order=order, limit=found.limit)
    return finished(frame, query, "top")


def _unique(frame: Frame, name: str, query: Query) -> bool:
    return sum(c.name == name for c in frame.catalog.columns) == 1


_ = date_column
