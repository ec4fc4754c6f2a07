"""Extremes: which one has the most, the longest, the least."""

from __future__ import annotations

from dataclasses import dataclass

from .catalog import Table
from .counting import subject_of
from .draft import Draft
from .frame import Frame, event_tables, frame_of
from .groups import Group, by_table
from .having import entity_group
from .heads import Head, head_after
from .links import verb_columns
from .measures import Measure, function_named, measure_named
from .query import Item, expr
from .ranking import has_name, ranked_groups, ranked_rows
from .reading import Reading
from .superlatives import Superlative, superlative

_ASKED = r"which|what|whose|in which|on which|from which"
_WHO = r"who|whom"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extreme:
    """What is ranked, and what the words behind the superlative name."""

    frame: Frame
    found: Superlative
    group: Group
    subject: Table
    entity: Head | None
    """The noun after `which`, None when what is ranked follows the superlative."""
    noun: Head | None
    """The noun after the superlative."""
    function: str | None

    @property
    def reading(self) -> Reading:
        """The question."""
        return self.frame.reading


def extremes(reading: Reading) -> Draft | None:
    """Answer "which X has the most …" and "top three X by …"."""
    found = superlative(reading)
    if found is None or reading.find(r"how (?:many|much)|average number"):
        return None
    entity = _entity(reading, found)
    noun = head_after(reading, found.span.stop)
    who = reading.find(_WHO)
    if entity is None and who is None and not _is_rows(noun):
        return None
    reading.use(found.span, *([who.span] if who is not None else []))
    made = _read(reading, found, entity, noun)
    return _by_date(made) or _by_measure(made) or _by_count(made) if made is not None else None


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
    if noun.noun.is_value:
        return True
    others = [link for link in noun.links if link is not noun.noun and not link.is_value]
    if noun.table is not None and noun.noun.is_exact:
        return True
    return all(c.kind != "number" for link in (*others, noun.noun) for c in link.columns)


def _read(
    reading: Reading, found: Superlative, entity: Head | None, noun: Head | None
) -> _Extreme | None:
    head = entity or noun
    subject = subject_of(reading, head) if head is not None else _person(reading)
    if subject is None:
        return None
    frame = frame_of(reading, subject)
    named = head is not None and not head.noun.is_value
    group = entity_group(frame, head) if head is not None and named else by_table(subject)
    if group is None:
        return None
    reading.use(*(head.links if head is not None else ()))
    _use_verbs_of(reading, group)
    frame.groups = [g for g in frame.groups if head is None or g.link != head.noun or not g.link]
    return _Extreme(
        frame=frame,
        found=found,
        group=group,
        subject=subject,
        entity=entity,
        noun=noun,
        function=function_named(reading),
    )


def _use_verbs_of(reading: Reading, group: Group) -> None:
    """Use the verbs that say no more than the group does, as authors write."""
    columns = {column for key in group.keys for column in key.columns}
    for index in range(len(reading.tokens)):
        said = verb_columns(reading, index)
        if reading.link_at(index) is None and said and set(said) <= columns:
            reading.use(index)


def _person(reading: Reading) -> Table | None:
    """Return the table of people or things that have a name, for "who …"."""
    named = [t for t in reading.catalog.tables if {"name", "title"} & set(t.label.words)]
    said = {c.table for link in reading.links for c in link.columns}
    said |= {table.name for table in reading.mentioned()}
    for index in range(len(reading.tokens)):
        said |= {column.table for column in verb_columns(reading, index)}
    return next((t for t in named if t.name in said), named[0] if len(named) == 1 else None)


def _by_date(made: _Extreme) -> Draft | None:
    """Answer "who is the newest customer" and "which book is the oldest"."""
    adjective = made.found.adjective
    if adjective is None or not adjective.dates or made.found.is_count:
        return None
    ages = [c for c in made.subject.columns if set(c.words) & set(adjective.words)]
    dates = [c for c in made.subject.columns if c.kind == "date" or c.is_year]
    if ages or not dates:
        return None
    column = dates[0]
    for index in range(len(made.reading.tokens)):
        if said := [c for c in verb_columns(made.reading, index) if c in dates]:
            made.reading.use(index)
            column = said[0]
            break
    turned = made.found.is_largest != (adjective.direction > 0)
    latest = (adjective.dates > 0) != turned
    measure = Measure(expr(column), made.subject.name, column.name, False, column)
    return ranked_rows(made.frame, made.found, made.subject, measure, "DESC" if latest else "ASC")


def _by_measure(made: _Extreme) -> Draft | None:
    """Rank by a number that the question names, or that its adjective measures."""
    if made.found.is_count or _counts_rows(made):
        return None
    frame, found, group = made.frame, made.found, made.group
    measure = measure_named(made.reading, frame.tables, found.adjective)
    if measure is None:
        return None
    _use_noun(made)
    is_row = group.link is None or group.link.table is not None
    is_row = is_row or (group.items[0].value.columns == (made.subject.label,) and _is_unique(made))
    if is_row and group.tables == {measure.table} and made.function is None:
        return ranked_rows(frame, found, made.subject, measure, found.direction)
    base = frame.base(group.tables, measure.value.tables, prefer=measure.table)
    if base is None:
        return None
    return ranked_groups(frame, found, group, base, measure.item(_function(made, measure)))


def _is_unique(made: _Extreme) -> bool:
    label = made.subject.label
    return has_name(made.subject) and label.distinct in (None, made.subject.rows)


def _counts_rows(made: _Extreme) -> bool:
    """True when `most` counts the rows of a table rather than a number."""
    adjective = made.found.adjective
    if adjective is not None and adjective.words:
        return False
    if made.noun is None:
        return made.entity is not None and bool(event_tables(made.reading))
    if made.entity is None:
        return False
    return made.noun.table is not None or made.noun.noun.is_value


def _function(made: _Extreme, measure: Measure) -> str:
    if made.function is not None:
        return made.function
    if measure.is_additive or made.found.adjective is None:
        return "sum"
    noun = made.noun
    if noun is not None and noun.table is not None and not noun.noun.text.endswith("s"):
        return "max" if made.found.is_largest else "min"
    return "avg"


def _use_noun(made: _Extreme) -> None:
    if made.noun is not None:
        made.reading.use(*(link for link in made.noun.links if not link.is_value))


def _by_count(made: _Extreme) -> Draft | None:
    """Rank by how many rows there are of each."""
    adjective = made.found.adjective
    if adjective is not None and adjective.words and not made.found.is_count:
        return None
    _use_noun(made)
    rows = made.noun.table if made.noun is not None and made.entity is not None else None
    start = _counted_table(made, rows)
    if start is None:
        return None
    base = made.frame.base(made.group.tables, {rows.name} if rows else (), prefer=start)
    if base is None:
        return None
    item, outer = Item(expr("count(*)"), "n"), False
    if not made.found.is_largest and not made.frame.conditions:
        for key in made.frame.catalog.keys:
            if key.child.table == base and key.parent.table in made.group.tables:
                item, outer = Item(expr("count(", key.child, ")"), "n"), True
                break
    return ranked_groups(made.frame, made.found, made.group, base, item, outer=outer)


def _counted_table(made: _Extreme, rows: Table | None) -> str | None:
    """Return the table whose rows are counted: the one named, that of the verb, or the only one
    whose rows point at what is ranked."""
    events, tables = event_tables(made.reading), made.group.tables
    if rows is not None:
        base = made.frame.base(tables, (rows.name,), prefer=rows.name)
        return rows.name if base == rows.name or not events else events[0][1].name
    if events:
        return events[0][1].name
    if made.entity is not None and made.entity.table is not None and tables == {made.subject.name}:
        keys = made.frame.catalog.keys
        children = [key.child.table for key in keys if key.parent.table == made.subject.name]
        return children[0] if len(children) == 1 else None
    return made.subject.name
