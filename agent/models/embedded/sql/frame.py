"""Frame: a question's rows, groups and conditions, before its shape is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .catalog import Catalog, Table
from .conditions import (
    Condition,
    gap_conditions,
    literal_conditions,
    period_conditions,
    state_conditions,
    value_conditions,
)
from .draft import Draft, Shape
from .groups import Group, by_column, groups
from .heads import tables_from
from .joins import base_for, first_fork, upward
from .links import verb_columns, verb_table
from .numbers import Counted, comparisons
from .query import Expr, Item, Query, Related
from .reading import Reading
from .times import periods


@dataclass(slots=True, kw_only=True)
class Frame:
    """What a question says besides what it wants of it."""

    reading: Reading
    subject: str
    """The table whose rows it is about."""
    tables: list[str]
    """All tables, nearest to the subject first."""
    conditions: list[Condition] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)

    @property
    def catalog(self) -> Catalog:
        """The tables there are."""
        return self.reading.catalog

    @property
    def where(self) -> tuple[Expr, ...]:
        """The conditions, as they apply."""
        return tuple(condition.sql for condition in self.conditions)

    def base(self, *needed: Iterable[str], prefer: str | None = None) -> str | None:
        """Return the table to select from, so that all `needed` tables have one row a row."""
        wanted = {table for tables in needed for table in tables}
        wanted |= {table for group in self.groups for table in group.tables}
        return base_for(self.catalog, wanted, prefer or self.subject)

    def grouped(
        self,
        base: str,
        items: tuple[Item, ...],
        *,
        where: tuple[Expr, ...] | None = None,
        related: tuple[Related, ...] = (),
    ) -> Query:
        """Return a query that selects `items` for each group, or once."""
        keys = tuple(key for group in self.groups for key in group.keys)
        shown = tuple(item for group in self.groups for item in group.items)
        return Query(
            base=base,
            select=(*shown, *items),
            where=self.where if where is None else where,
            related=related,
            group=keys,
            order=", ".join(str(i + 1) for i in range(len(shown))) if keys else "",
        )


def frame_of(reading: Reading, subject: Table, *, keep: Iterable[int] = ()) -> Frame:
    """Read the groups and conditions of a question about `subject`.

    The tokens in `keep` are left for the question's own shape.
    """
    tables, kept = tables_from(reading, subject.name), set(keep)
    frame = Frame(reading=reading, subject=subject.name, tables=tables)
    when = periods(reading)
    frame.groups = groups(reading, tables)
    grouped = {i for g in frame.groups if g.link for i in range(g.link.start, g.link.end)}
    frame.conditions += gap_conditions(reading, tables)
    timed = {index for period in when for index in period.span}
    tests, frame.counted = comparisons(reading, tables, timed)
    frame.conditions += tests
    frame.conditions += value_conditions(reading, tables, grouped | kept)
    frame.conditions += literal_conditions(reading, tables)
    frame.conditions += period_conditions(reading, when, tables, _events(frame))
    frame.conditions += state_conditions(reading, tables, bool(when))
    _use_verbs_of(frame)
    return frame


def _events(frame: Frame) -> frozenset[str]:
    """Return the tables of events between the subject and the conditions found so far."""
    found = set()
    for condition in frame.conditions:
        for table in condition.test.tables:
            if table not in upward(frame.catalog, frame.subject):
                found.add(first_fork(frame.catalog, frame.subject, table).child.table)
    return frozenset(found)


def _use_verbs_of(frame: Frame) -> None:
    """Use the verbs that say no more than a condition does, as `left` of `origin = 'JFK'`."""
    tested = {column for condition in frame.conditions for column in condition.test.columns}
    for index in range(len(frame.reading.tokens)):
        if frame.reading.link_at(index) is None and tested & set(
            verb_columns(frame.reading, index)
        ):
            frame.reading.use(index)


def event_tables(reading: Reading) -> list[tuple[int, Table]]:
    """Return the tables of events that verbs speak of, with the verbs' places."""
    found = []
    for index in range(len(reading.tokens)):
        link = reading.link_at(index)
        table = verb_table(reading, index)
        if table is not None and (link is None or link.table is None):
            found.append((index, table))
    return found


def related_tables(frame: Frame, *, known: Iterable[str]) -> tuple[Related, ...]:
    """Turn tables that are named and not yet part of the query into "has some rows there"."""
    reading, taken = frame.reading, set(known)
    taken |= {table for condition in frame.conditions for table in condition.sql.tables}
    for link in reading.links:
        if link.table is not None and not link.is_value and link.table.name in taken:
            reading.use(link)
    found: dict[str, Related] = {}
    for index, table in event_tables(reading):
        if table.name in taken:
            reading.use(index)
        elif index not in reading.used:
            reading.use(index)
            found[table.name] = Related(table.name)
    for link in reading.links:
        if link.table is not None and not link.is_value and link.start not in reading.used:
            reading.use(link)
            found[link.table.name] = Related(link.table.name)
    return tuple(found.values())


def listed_values(frame: Frame) -> None:
    """Break down by a column when several of its values are asked for side by side."""
    if frame.groups:
        return
    for condition in frame.conditions:
        words = [frame.reading.tokens[index].lower for index in condition.span]
        if len(condition.values) > 1 and not condition.negated and "or" not in words:
            frame.groups.append(by_column(condition.column))
            return


def finished(frame: Frame, query: Query, shape: Shape) -> Draft:
    """Write the query out, with the words it leaves unused. Raises `NoPath`."""
    return Draft(
        sql=query.sql(frame.catalog),
        shape=shape,
        unused=tuple(frame.reading.unused()),
        doubts=tuple(frame.reading.doubts),
    )
