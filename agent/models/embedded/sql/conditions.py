"""Conditions: the rows a question is about, from the values, numbers and gaps it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .catalog import Column
from .links import verb_columns
from .query import Expr, expr, literal
from .reading import Link, Reading
from .times import Period, date_column

_NEGATIONS = frozenset("not except excluding outside non besides cannot neither".split())


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a row, with the words it comes from."""

    column: Column
    test: Expr
    span: range
    values: tuple[str, ...] = ()
    """The texts it compares with, when it does."""
    negated: bool = False

    @property
    def sql(self) -> Expr:
        """The test as it applies, negation included."""
        return negate(self) if self.negated else self.test


def negate(condition: Condition) -> Expr:
    """Return the opposite test."""
    column = condition.column
    match condition.values:
        case (only,):
            return expr(column, f" <> {literal(only)}")
        case (_, *_):
            return expr(column, f" NOT IN ({_literals(condition.values)})")
    if condition.test.parts[-1] == " IS NULL":
        return expr(column, " IS NOT NULL")
    return expr("NOT (", *condition.test.parts, ")")


def negation_before(reading: Reading, index: int, reach: int = 5) -> bool:
    """True when a negation stands just before a word, with no other name between; uses it."""
    for at in range(index - 1, max(-1, index - 1 - reach), -1):
        word = reading.tokens[at].lower.replace("’", "'")
        if word in _NEGATIONS or word.endswith("n't"):
            reading.use(at)
            return True
        if word == "than" and at and reading.tokens[at - 1].lower == "other":
            reading.use(at, at - 1)
            return True
        if reading.link_at(at) is not None:
            return False
    return False


def value_conditions(reading: Reading, tables: list[str], taken: set[int]) -> list[Condition]:
    """Turn the named values into conditions, one per column; `taken` tokens are left alone."""
    by_column: dict[tuple[str, str], list[tuple[Link, Column, str]]] = {}
    for link in reading.links:
        if link.values and link.start not in taken:
            column, value = _choose(reading, link, tables)
            by_column.setdefault((column.table, column.name), []).append((link, column, value))
            reading.use(link)
    found: list[Condition] = []
    for entries in by_column.values():
        column = entries[0][1]
        _use_qualifiers(reading, column, [link for link, _, _ in entries], taken)
        values = tuple(dict.fromkeys(value for _, _, value in entries))
        span = range(min(e[0].start for e in entries), max(e[0].end for e in entries))
        negated = negation_before(reading, span.start)
        found.append(Condition(column, _equals(column, values), span, values, negated))
    return found


def _choose(reading: Reading, link: Link, tables: list[str]) -> tuple[Column, str]:
    beside = [other for other in reading.links if _is_beside(reading, link, other)]

    def rank(choice: tuple[Column, str]) -> tuple[bool, int]:
        column = choice[0]
        named = any(
            column in other.columns or (other.table and other.table.name == column.table)
            for other in beside
        )
        return (not named, tables.index(column.table) if column.table in tables else 99)

    return min(link.values, key=rank)


def _is_beside(reading: Reading, link: Link, other: Link) -> bool:
    if other is link or other.is_value:
        return False
    gap = range(link.end, other.start) if other.start >= link.end else range(other.end, link.start)
    return len(gap) <= 2 and all(
        reading.lexicon.is_silent(reading.tokens[i].lower)
        and reading.tokens[i].lower not in {"and", "or", "per", "by", "each"}
        for i in gap
    )


def _use_qualifiers(reading: Reading, column: Column, values: list[Link], taken: set[int]) -> None:
    for other in reading.links:
        if column in other.columns and other.start not in taken and other.table is None:
            if any(_is_beside(reading, link, other) for link in values):
                reading.use(other)


def literal_conditions(reading: Reading, tables: list[str]) -> list[Condition]:
    """Turn names the catalog does not show into conditions, where the question tells the column."""
    found: list[Condition] = []
    for link in reading.links:
        column = _column_of(reading, link, tables) if link.literal is not None else None
        if any(condition.column == column for condition in found):
            continue
        if column is not None and link.literal is not None:
            reading.use(range(link.start, link.end))
            test = expr("lower(", column, f") = {literal(link.literal.lower())}")
            negated = negation_before(reading, link.start)
            found.append(Condition(column, test, range(link.start, link.end), negated=negated))
    return found


def _column_of(reading: Reading, link: Link, tables: list[str]) -> Column | None:
    """Return the column a name belongs to: told by a column, a verb or a table beside it."""
    for other in reading.links:
        if _is_beside(reading, link, other):
            columns = [c for c in other.columns if _may_hold(c)]
            if other.table is not None and _may_hold(other.table.label):
                columns.append(other.table.label)
            if columns:
                reading.use(other)
                return min(columns, key=lambda c: _rank(c, tables))
    for index in range(link.start - 1, max(-1, link.start - 4), -1):
        columns = [c for c in verb_columns(reading, index) if _may_hold(c)]
        if columns:
            reading.use(index)
            return min(columns, key=lambda c: _rank(c, tables))
    return None


def _may_hold(column: Column) -> bool:
    return column.kind == "text" and not column.has_all_values


def _rank(column: Column, tables: list[str]) -> int:
    return tables.index(column.table) if column.table in tables else 99


def _equals(column: Column, values: tuple[str, ...]) -> Expr:
    if len(values) == 1:
        return expr(column, f" = {literal(values[0])}")
    return expr(column, f" IN ({_literals(values)})")


def _literals(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in values)


def period_conditions(
    reading: Reading, found: list[Period], tables: list[str], events: frozenset[str]
) -> list[Condition]:
    """Tie the periods to the columns they speak of."""
    conditions: list[Condition] = []
    for period in found:
        column = date_column(reading, period, tables, events)
        test = period.condition(column) if column is not None else None
        if column is not None and test is not None:
            reading.use(period.span)
            conditions.append(Condition(column, test, period.span))
    return conditions


_GAP = (
    r"(?:with no|no|without(?: an?| any)?|missing(?: an?)?|lacks?(?: an?)?|lacking(?: an?)?"
    r"|unknown|null|empty)(?: (?:recorded|known|registered|measured))?"
)
_GAP_AFTER = (
    r"(?:is|are|was|were)?\s*(?:missing|unknown|null|empty|blank"
    r"|not (?:recorded|known|measured|given|available|set))"
)
_PRESENT = r"(?:with|have|has|had) (?:an? )?(?:recorded|known|registered)"


def gap_conditions(reading: Reading, tables: list[str]) -> list[Condition]:
    """Turn "no recorded sex" and "email is missing" into tests for nulls."""
    found: list[Condition] = []
    for link in reading.links:
        column = _nullable(link, tables)
        if column is None or link.table is not None:
            continue
        before = reading.find(_GAP + r"(?=\W+" + _escaped(reading, link) + ")")
        after = reading.find(_GAP_AFTER, link.end) if link.end < len(reading.tokens) else None
        present = reading.find(_PRESENT + r"(?=\W+" + _escaped(reading, link) + ")")
        if after is not None and after.span.start != link.end:
            after = None
        for phrase, test in ((before, " IS NULL"), (after, " IS NULL"), (present, " IS NOT NULL")):
            if phrase is not None:
                reading.use(phrase.span, link)
                span = range(min(phrase.span.start, link.start), max(phrase.span.stop, link.end))
                found.append(Condition(column, expr(column, test), span))
                break
    return found


def _escaped(reading: Reading, link: Link) -> str:
    return reading.lower[reading.tokens[link.start].start : reading.tokens[link.end - 1].end]


def _nullable(link: Link, tables: list[str]) -> Column | None:
    if link.is_value:
        return None
    columns = [c for c in link.columns if c.table in tables] or list(link.columns)
    return min(
        columns, key=lambda c: tables.index(c.table) if c.table in tables else 99, default=None
    )


def state_conditions(reading: Reading, tables: list[str], period_follows: bool) -> list[Condition]:
    """Turn states into conditions: `shipped` of a boolean, `not returned` of an empty date."""
    found: list[Condition] = []
    for index in range(len(reading.tokens)):
        if index in reading.used:
            continue
        column = _state_column(reading, index, tables)
        if column is None:
            continue
        negated = negation_before(reading, index) or reading.tokens[index].lower.startswith("un")
        span = range(index, index + 1)
        if column.kind == "boolean":
            reading.use(index)
            test = expr("NOT ", column) if negated else expr(column)
            found.append(Condition(column, test, span))
        elif negated and column.nulls:
            reading.use(index)
            found.append(Condition(column, expr(column, " IS NULL"), span))
        elif not negated and not period_follows:
            reading.use(index)
            if column.nulls:
                found.append(Condition(column, expr(column, " IS NOT NULL"), span))
    return found


def _state_column(reading: Reading, index: int, tables: list[str]) -> Column | None:
    word = reading.tokens[index].lower
    link = reading.link_at(index)
    columns = list(link.columns) if link and not link.is_value else verb_columns(reading, index)
    if word.startswith("un") and not columns:
        columns = [c for c in reading.catalog.columns if word[2:] in c.words]
    states = [c for c in columns if c.kind == "boolean" and c.table in tables]
    if word.endswith("ed") and (link is None or link.table is None):
        states += [c for c in columns if c.kind == "date" and c.table in tables[:1]]
    return states[0] if states else None
