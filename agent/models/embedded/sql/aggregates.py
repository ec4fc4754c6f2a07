"""Aggregates: averages, totals and extremes of a number, in all or in each group."""

from __future__ import annotations

from dataclasses import replace

from .draft import Draft
from .frame import Frame, finished, frame_of, listed_values, related_tables
from .groups import by_column, by_table, group_of
from .heads import head_after
from .joins import NoPath, base_for
from .measures import Measure, function_named, measure_named
from .query import Item, expr
from .reading import Reading
from .superlatives import superlative

_AVERAGE_COUNT = r"(?:average|mean|avg|typical) number of"
_PER = r"per|for each|for every|of each|each|by"
_HOW = r"how (?P<adj>[a-z]+) (?:is|are|was|were|do|does|can)"


def aggregates(reading: Reading) -> Draft | None:
    """Answer "what is the average …", "how heavy is the heaviest …", "how much did …"."""
    function = _function(reading)
    how = reading.find(_HOW)
    adjective = reading.lexicon.adjectives.get(how.match["adj"]) if how else None
    found = superlative(reading)
    if found is not None and not found.is_count:
        adjective = adjective or found.adjective
        reading.use(found.span)
        function = function or ("max" if found.is_largest else "min")
    if function is None and adjective is None and not _breaks_down(reading):
        return None
    if how is not None and adjective is not None:
        reading.use(how.span)
    measure = measure_named(reading, _nearest(reading), adjective)
    if measure is None:
        return None
    frame = frame_of(reading, reading.catalog.table(measure.table))
    default = "sum" if measure.is_additive and adjective is None else "avg"
    return _number(frame, measure, function or default)


def _function(reading: Reading) -> str | None:
    name = function_named(reading)
    if name is None and reading.says(r"how much"):
        return "sum"
    if name is None and reading.find(r"revenue|sales|turnover|spending"):
        return "sum"
    return name


def _breaks_down(reading: Reading) -> bool:
    """True for "tickets sold per year", which names no function but wants one per group."""
    return reading.find(r"per|by|for each|for every|in each|each") is not None


def _nearest(reading: Reading) -> list[str]:
    """Return the tables a measure is looked for in, those that are named first."""
    named = [table.name for table in reading.mentioned()]
    named += [c.table for link in reading.links for c, _ in link.values]
    names = [table.name for table in reading.catalog.tables]
    return list(dict.fromkeys([*named, *names]))


def _number(frame: Frame, measure: Measure, function: str) -> Draft | None:
    reading = frame.reading
    frame.groups = [g for g in frame.groups if not _is_row(frame, g.tables, g.items[0], measure)]
    _leftover_groups(frame)
    listed_values(frame)
    base = frame.base(measure.value.tables, prefer=measure.table)
    if base is None:
        raise NoPath(measure.table, min(t for g in frame.groups for t in g.tables))
    if base != measure.table and function in ("sum", "avg"):
        reading.doubts.append(f"rows of {measure.table} would count more than once")
    related = related_tables(
        frame, known={base, measure.table, *(t for g in frame.groups for t in g.tables)}
    )
    query = frame.grouped(base, (measure.item(function),), related=related)
    return finished(frame, query, "groups" if frame.groups else "number")


def _is_row(frame: Frame, tables: frozenset[str], item: Item, measure: Measure) -> bool:
    """True when "per order" only says that each row is one order."""
    if tables != {measure.table}:
        return False
    label = frame.catalog.table(measure.table).label
    return item.value.columns == (label,) and label.kind != "text"


def _leftover_groups(frame: Frame) -> None:
    """Break down by a column that is named and plays no other part."""
    reading = frame.reading
    if frame.groups:
        return
    for link in reading.links:
        if link.start in reading.used or link.table is not None:
            continue
        group = group_of(reading, link, frame.tables)
        if group is not None:
            reading.use(link)
            frame.groups.append(group)


def average_counts(reading: Reading) -> Draft | None:
    """Answer "what is the average number of orders per customer"."""
    phrase = reading.find(_AVERAGE_COUNT)
    if phrase is None:
        return None
    rows = head_after(reading, phrase.span.stop)
    per = reading.find(_PER, rows.end) if rows else None
    each = head_after(reading, per.span.stop) if per else None
    if rows is None or each is None or rows.table is None or per is None:
        return None
    reading.use(phrase.span, per.span, *rows.links, *each.links)
    frame = frame_of(reading, rows.table, keep=per.span)
    column = each.column(frame.tables)
    group = by_table(each.table) if each.table else by_column(column) if column else None
    if group is None or base_for(frame.catalog, group.tables, rows.table.name) != rows.table.name:
        return None
    frame.groups = [group]
    query = frame.grouped(rows.table.name, (Item(expr("count(*)"), "n"),))
    inner = finished(frame, query, "number")
    return replace(inner, sql=f"SELECT avg(n) AS avg_n FROM ({inner.sql})")
