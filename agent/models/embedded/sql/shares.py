"""Shares and differences: one part of a whole, and two parts against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .catalog import Column, Table
from .conditions import Condition
from .counting import subject_of
from .draft import Draft, Term
from .frame import Frame, finished, frame_of, related_tables
from .heads import head_after
from .measures import Measure, function_named, measure_named
from .query import Expr, Item, Query, expr, literal
from .reading import Phrase, Reading

_SHARE = r"(?:what |which )?(?:percentage|percent|share|proportion|fraction) of"
_PREDICATE = (
    r"is|are|was|were|come|comes|came|live|lives|lived|have|has|had|weigh|weighs|weighed|belong|belongs"
    r"|go|goes|went|cost|costs|from|do|does|did|stem|stems|stay|stays"
)
_MORE = r"(?:by )?how (?:much|many) (?P<word>more|less|fewer|[a-z]+er)"
_TIMES = (
    r"how many times (?:as (?:many|much|(?P<plain>[a-z]+))|(?P<word>more|less|fewer|[a-z]+er))"
    r"|(?:the )?ratio (?:of|between)"
)
_WHETHER = r"^\W*(?:do|does|did|is|are|was|were) .*?(?P<word>more|less|[a-z]+er) (?:[a-z]+ )?than"
_DIFFERENCE = r"difference (?:in|between|of)"


def share(reading: Reading) -> Draft | None:
    """Answer "what percentage of X is Y"."""
    phrase = reading.find(_SHARE)
    if phrase is None:
        return None
    head = head_after(reading, phrase.span.stop)
    if head is None:
        return None
    reading.use(phrase.span)
    function_named(reading)
    measure = (
        None
        if head.table is not None or head.noun.is_value
        else measure_named(reading, _all(reading))
    )
    table = reading.catalog.table(measure.table) if measure else subject_of(reading, head)
    frame = frame_of(reading, table)
    reading.use(*head.links)
    if frame.groups:
        return _share_of_each(frame, measure)
    split = _predicate_start(reading, head.end)
    part = [c for c in frame.conditions if c.span.stop > split]
    whole = [c for c in frame.conditions if c not in part]
    if not part:
        return None
    return _share_of(frame, table, measure, part, whole)


def _all(reading: Reading) -> list[str]:
    return [table.name for table in reading.catalog.tables]


def _predicate_start(reading: Reading, start: int) -> int:
    for phrase in reading.find_all(_PREDICATE, start):
        link = reading.link_at(phrase.span.start)
        if link is None or not link.is_value:
            return phrase.span.start
    return start


def _share_of(
    frame: Frame,
    table: Table,
    measure: Measure | None,
    part: list[Condition],
    whole: list[Condition],
) -> Draft | None:
    tables = {t for c in part for t in c.sql.tables}
    base = frame.base(tables, measure.value.tables if measure else ())
    if base is None or (base != table.name):
        return None
    test: list[str | Column] = []
    for condition in part:
        test += [*([" AND "] if test else []), *condition.sql.parts]
    number = ("sum(", *measure.value.parts, ")") if measure else ("count(*)",)
    value = Expr(("100.0 * ", *number, " FILTER (WHERE ", *test, ") / ", *number))
    query = Query(
        base=base,
        select=(Item(value, "percent"),),
        where=tuple(c.sql for c in whole),
        related=related_tables(frame, known={base, *tables}),
    )
    return finished(frame, query, "share")


def _share_of_each(frame: Frame, measure: Measure | None) -> Draft | None:
    base = frame.base(measure.value.tables if measure else ())
    if base is None:
        return None
    number = ("sum(", *measure.value.parts, ")") if measure else ("count(*)",)
    value = Expr(("100.0 * ", *number, " / sum(", *number, ") OVER ()"))
    known = {base, *(t for g in frame.groups for t in g.tables)}
    query = frame.grouped(
        base, (Item(value, "percent"),), related=related_tables(frame, known=known)
    )
    return finished(frame, query, "groups")


@dataclass(frozen=True, slots=True)
class _Sides:
    first: Expr
    second: Expr
    names: tuple[str, str]
    rest: tuple[Expr, ...]


def difference(reading: Reading) -> Draft | None:
    """Answer "how much heavier is A than B", "the difference in X between A and B" and "is A
    heavier than B"."""
    if reading.find(_TIMES):
        return None
    more, between, whether = map(reading.find, (_MORE, _DIFFERENCE, _WHETHER))
    phrase = more or between or whether
    if phrase is None or (more is not None and not reading.find(r"than")):
        return None
    word = phrase.match["word"] if phrase is not between else ""
    if phrase is whether:
        phrase = next(reading.find_all(rf"{re.escape(word)}(?= )"))
    return _compared(reading, phrase, word, counts="how many" in phrase.match.group())


def ratio(reading: Reading) -> Draft | None:
    """Answer "how many times as many X are on A as on B" and "what is the ratio of A to B"."""
    phrase = reading.find(_TIMES)
    if phrase is None:
        return None
    word = phrase.match["word"] or phrase.match["plain"] or ""
    counts = "as many" in phrase.match.group() or word in {"more", "fewer"}
    draft = _compared(reading, phrase, word, counts=counts)
    return None if draft is None else replace(draft, sql=draft.ratio_sql, operation="/")


def _compared(reading: Reading, phrase: Phrase, word: str, *, counts: bool) -> Draft | None:
    reading.use(phrase.span)
    for joint in (r"than", r"between", r"as"):
        reading.says(joint)
    known = reading.lexicon
    adjective = known.comparatives.get(word) or known.adjectives.get(word)
    function = function_named(reading)
    measure = None if counts else measure_named(reading, _all(reading), adjective)
    if measure is None and not counts and not reading.says(r"(?:the )?numbers? of"):
        return None
    frame = frame_of(reading, _subject(reading, measure))
    sides = _sides(frame)
    if sides is None:
        return None
    smaller = word in {"less", "fewer"} or (adjective is not None and adjective.direction < 0)
    return _difference(frame, _item(measure, function), sides, reverse=smaller)


def _subject(reading: Reading, measure: Measure | None) -> Table:
    if measure is not None:
        return reading.catalog.table(measure.table)
    named = list(reading.mentioned())
    if named:
        return named[0]
    values = [c for link in reading.links for c, _ in link.values]
    return reading.catalog.table(values[0].table) if values else reading.catalog.tables[0]


def _item(measure: Measure | None, function: str | None) -> Item:
    if measure is None:
        return Item(expr("count(*)"), "n")
    return measure.item(function or ("sum" if measure.is_additive else "avg"))


def _sides(frame: Frame) -> _Sides | None:
    """Split the conditions into the two that are compared and those that hold for both."""
    for condition in frame.conditions:
        if len(condition.values) == 2 and not condition.negated:
            ordered = sorted(condition.values, key=lambda v: _place(frame, v))
            tests = [expr(condition.column, f" = {literal(v)}") for v in ordered]
            rest = tuple(c.sql for c in frame.conditions if c is not condition)
            return _Sides(tests[0], tests[1], (ordered[0], ordered[1]), rest)
        years = condition.test.parts[-1]
        if isinstance(years, str) and " IN (" in years and not condition.values:
            one, two = years.split("(")[1].rstrip(")").split(", ")[:2]
            head = condition.test.parts[:-1]
            tail = years.split(" IN")[0]
            rest = tuple(c.sql for c in frame.conditions if c is not condition)
            return _Sides(
                Expr((*head, f"{tail} = {one}")), Expr((*head, f"{tail} = {two}")), (one, two), rest
            )
    return None


def _place(frame: Frame, value: str) -> int:
    links = [link for link in frame.reading.links if any(v == value for _, v in link.values)]
    return min((link.start for link in links), default=0)


def _difference(frame: Frame, item: Item, sides: _Sides, *, reverse: bool) -> Draft | None:
    tables = item.value.tables | sides.first.tables
    base = frame.base(tables)
    if base is None:
        return None
    related = related_tables(frame, known={base, *tables})
    tests, names = (sides.first, sides.second), sides.names
    if reverse:
        tests, names = (sides.second, sides.first), (names[1], names[0])
    terms = []
    for test, name in zip(tests, names, strict=True):
        query = Query(base=base, select=(item,), where=(*sides.rest, test), related=related)
        terms.append(Term(name, query.sql(frame.catalog), item.alias))
    both = [(*item.value.parts, " FILTER (WHERE ", *test.parts, ")") for test in tests]

    def both_as(sign: str, alias: str) -> str:
        value = Expr((*both[0], sign, *both[1]))
        whole = Query(base=base, select=(Item(value, alias),), where=sides.rest, related=related)
        return whole.sql(frame.catalog)

    return Draft(
        sql=both_as(" - ", "difference" + _unit(item)),
        ratio_sql=both_as(" / ", "ratio"),
        shape="difference",
        unused=tuple(frame.reading.unused()),
        doubts=tuple(frame.reading.doubts),
        terms=tuple(terms),
    )


def _unit(item: Item) -> str:
    units = [c.unit for c in item.value.columns if c.unit]
    return f"_{units[0]}" if units else ""
