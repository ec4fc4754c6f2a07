"""Listing: which ones there are, and what a column says of one of them."""

from __future__ import annotations

from .catalog import Column, Table
from .conditions import negation_before
from .counting import COUNT, subject_of
from .draft import Draft, Shape
from .frame import Frame, event_tables, finished, frame_of, related_tables
from .having import having
from .heads import Head, head_after
from .joins import upward
from .links import verb_columns
from .query import Item, Query, Related, expr
from .ranking import has_name
from .reading import Reading

_ASK = (
    r"(?:please )?(?:list|show|give|name|display|find|get|print|tell)(?: me| us)?"
    r"|(?:in|on|at|from|for|of|to) (?:which|what)|which|what(?:'s| is| are| was|"
    r" were)?|whose|who|where|when"
)
_NEVER = r"never|not yet|not once"
_NONE = (
    r"(?:have|has|had|with|are|were|is) no|without(?: any| an?)?|(?:do|does|did) not"
    r" have(?: any| an?)?"
)
_PLACES = ("city", "country", "location", "place", "address", "region", "island")


def listing(reading: Reading) -> Draft | None:
    """Answer "which X …", "list the X …", "who wrote Y", "what is the price of Z"."""
    asked = reading.find(_ASK)
    start = asked.span.stop if asked else 0
    word = asked.match.group().split("'")[0] if asked else ""
    if asked is not None:
        reading.use(asked.span)
    head = head_after(reading, start)
    wanted = _wanted_by_verb(reading, word)
    if wanted is not None:
        return _lookup(reading, [wanted])
    if head is None:
        return _rows_of(reading, word)
    if head.table is None or head.noun.is_value:
        columns = _wanted_columns(reading, head)
        if len(columns) > 1 and len({c.table for c in columns}) == 1:
            return _lookup(reading, columns, "list")
        if columns and any(link.is_value for link in reading.links):
            draft = _lookup_of_named(reading, columns)
            if draft is not None:
                return draft
    return _entities(reading, head)


def _wanted_by_verb(reading: Reading, word: str) -> Column | None:
    """Return the column that "who wrote", "when was … published" and "where" ask for."""
    if word.startswith("where"):
        valued = {c.table for link in reading.links for c, _ in link.values}
        columns = [c for c in reading.catalog.columns if c.table in valued]
        return next((c for p in _PLACES for c in columns if p in c.words), None)
    if not word.startswith(("who", "when")) or not any(link.is_value for link in reading.links):
        return None
    valued = {c.table for link in reading.links for c, _ in link.values}
    for index in range(len(reading.tokens)):
        for column in verb_columns(reading, index):
            is_time = column.kind == "date" or column.is_year
            if column.table in valued and is_time == word.startswith("when"):
                if word.startswith("when") or column.kind == "text":
                    reading.use(index)
                    return column
    return None


def _wanted_columns(reading: Reading, head: Head) -> list[Column]:
    valued = [c.table for link in reading.links for c, _ in link.values]
    found = []
    for link in reading.links:
        columns = [c for c in link.columns if c.table in valued] if not link.is_value else []
        if columns and (link in head.links or link.start >= head.end):
            found.append(columns[0])
    return list(dict.fromkeys(found))


def _lookup_of_named(reading: Reading, columns: list[Column]) -> Draft | None:
    """Answer "what is the price of the Monitor": a value that names one row."""
    for link in reading.links:
        for column, _ in link.values:
            table = reading.catalog.table(column.table)
            if column == table.label and column not in columns:
                if all(c.table == table.name for c in columns) and has_name(table):
                    return _lookup(reading, columns)
    return None


def _lookup(reading: Reading, columns: list[Column], shape: Shape = "lookup") -> Draft:
    table = reading.catalog.table(columns[0].table)
    for link in reading.links:
        if not link.is_value and set(link.columns) & set(columns):
            reading.use(link)
    frame = frame_of(reading, table)
    _ungrouped(frame)
    query = Query(
        base=table.name,
        select=tuple(Item(expr(c)) for c in columns),
        where=frame.where,
        related=related_tables(frame, known={table.name}),
    )
    return finished(frame, query, shape)


def _rows_of(reading: Reading, word: str) -> Draft | None:
    """Answer "who joined in 2020" about the table that the rest of the question points to."""
    tables = [
        c.table for link in reading.links for c in (*link.columns, *(v for v, _ in link.values))
    ]
    tables += [table.name for table in reading.mentioned()]
    for index in range(len(reading.tokens)):
        tables += [c.table for c in verb_columns(reading, index)]
    told = {c.table for link in reading.links for c, _ in link.values if c.table in tables}
    labels = {c for link in reading.links for c, _ in link.values}
    told = {name for name in told if reading.catalog.table(name).label in labels}
    named = [t for t in reading.catalog.tables if has_name(t) and t.name not in told]
    named = [t for t in named if t.name in tables] or named
    if not word.startswith("who") or len(named) != 1:
        return None
    return _listed(reading, named[0], (Item(expr(named[0].label)),), distinct=False, head=None)


def _entities(reading: Reading, head: Head) -> Draft | None:
    table = subject_of(reading, head)
    if head.noun.is_value:
        return _listed(reading, table, _shown(reading, table, head), distinct=False, head=head)
    column = head.column([table.name]) if head.table is None else None
    if column is not None and column != table.label:
        return _categories(reading, reading.catalog.table(column.table), column, head)
    if column is not None and not has_name(table):
        return _categories(reading, table, column, head)
    return _listed(reading, table, _shown(reading, table, head), distinct=False, head=head)


def _shown(reading: Reading, table: Table, head: Head) -> tuple[Item, ...]:
    if not has_name(table):
        return (Item(expr("*")),)
    columns = [table.label]
    for link in reading.links[: reading.links.index(head.noun)]:
        columns += [c for c in link.columns if c.table == table.name and not link.is_value]
    return tuple(Item(expr(c)) for c in dict.fromkeys(columns))


def _categories(reading: Reading, table: Table, column: Column, head: Head) -> Draft | None:
    """List the values of a column; "not" then means: of no row at all."""
    reading.use(*head.links)
    frame = frame_of(reading, table)
    if frame.counted:
        query = having(frame, head)
        return finished(frame, query, "list") if query is not None else None
    denied = [c for c in frame.conditions if c.negated and c.span.start >= head.end]
    if not denied:
        return _plain(frame, table, (Item(expr(column)),), distinct=True)
    kept = tuple(c.sql for c in frame.conditions if c not in denied)
    tests = tuple(c.test for c in denied)
    inner = Query(
        base=table.name,
        select=(Item(expr(column)),),
        where=(*kept, *tests, expr(column, " IS NOT NULL")),
    )
    outside = expr(column, f" NOT IN ({inner.sql(frame.catalog)})")
    query = Query(
        base=table.name,
        select=(Item(expr(column)),),
        distinct=True,
        where=(*kept, outside),
        related=related_tables(frame, known={table.name}),
    )
    return finished(frame, query, "list")


def _listed(
    reading: Reading, table: Table, shown: tuple[Item, ...], *, distinct: bool, head: Head | None
) -> Draft | None:
    if head is not None:
        reading.use(*head.links)
        for item in shown:
            for link in reading.links:
                if set(link.columns) & set(item.value.columns) and link.start < head.end:
                    reading.use(link)
    absent = absence(reading, table)
    frame = frame_of(reading, table)
    if frame.counted and head is not None:
        query = having(frame, head)
        return finished(frame, query, "list") if query is not None else None
    if absent is not None:
        return _without(frame, table, shown, absent)
    return _plain(frame, table, shown, distinct=distinct)


def _ungrouped(frame: Frame) -> None:
    """Doubt a list that leaves out what the question breaks its numbers down by."""
    if frame.groups:
        frame.reading.doubts.append("it does not show each group")


def _plain(frame: Frame, table: Table, shown: tuple[Item, ...], *, distinct: bool) -> Draft:
    _ungrouped(frame)
    query = Query(
        base=table.name,
        select=shown,
        distinct=distinct,
        where=frame.where,
        related=related_tables(frame, known={table.name}),
    )
    return finished(frame, query, "list")


def _without(frame: Frame, table: Table, shown: tuple[Item, ...], absent: str) -> Draft:
    """List the rows that have none in another table; conditions there narrow what they lack."""
    near = set(upward(frame.catalog, table.name))
    there = tuple(c.sql for c in frame.conditions if not c.sql.tables <= near)
    here = tuple(c.sql for c in frame.conditions if c.sql.tables <= near)
    related_tables(frame, known={table.name, absent, *(t for e in there for t in e.tables)})
    for link in frame.reading.links:
        if link.table is not None and not link.is_value:
            frame.reading.use(link)
    query = Query(
        base=table.name, select=shown, where=here, related=(Related(absent, there, absent=True),)
    )
    return finished(frame, query, "list")


def absence(reading: Reading, table: Table) -> str | None:
    """Return the table whose rows are said to be missing, and use the words that say so."""
    events = [(i, t) for i, t in event_tables(reading) if t.name != table.name]
    never = reading.find(_NEVER)
    if never is not None:
        for index, event in events:
            reading.use(never.span, index)
            return event.name
        for other in reading.mentioned():
            if other.name != table.name:
                reading.use(never.span)
                return other.name
    none = reading.find(_NONE)
    if none is not None:
        head = head_after(reading, none.span.stop)
        if head is not None and head.table is not None and head.table.name != table.name:
            reading.use(none.span, *head.links)
            return head.table.name
    for index, event in events:
        if negation_before(reading, index):
            reading.use(index)
            return event.name
    return None


def counted_absence(reading: Reading) -> Draft | None:
    """Answer "how many customers have never ordered"."""
    phrase = reading.find(COUNT)
    head = head_after(reading, phrase.span.stop) if phrase else None
    if phrase is None or head is None or head.table is None:
        return None
    absent = absence(reading, head.table)
    if absent is None:
        return None
    reading.use(phrase.span, *head.links)
    frame = frame_of(reading, head.table)
    draft = _without(frame, head.table, (Item(expr("count(*)"), "n"),), absent)
    return Draft(sql=draft.sql, shape="count", unused=draft.unused, doubts=draft.doubts)
