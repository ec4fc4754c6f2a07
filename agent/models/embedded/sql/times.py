"""Times: the years, months, quarters and dates a question speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..words import root
from .catalog import Column
from .query import Expr, expr
from .reading import Reading

MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = "|".join(MONTHS) + "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = r"\d{4}-\d\d-\d\d"
_AFTER = {"since": ">=", "from": ">=", "after": ">", "later than": ">"}
_BEFORE = {"before": "<", "until": "<=", "till": "<=", "up to": "<=", "through": "<="}
_BOUND = "|".join([*_AFTER, *_BEFORE])
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, not yet tied to a column."""

    span: range
    tests: tuple[tuple[str, str], ...]
    """Pairs of a part of the date (`year`, `month`, `quarter`, `date`) and what it must be."""

    def condition(self, column: Column) -> Expr | None:
        """Return the condition on a column, None when the column cannot tell."""
        if column.kind == "date":
            parts: list[str | Column] = []
            for part, test in self.tests:
                parts += [" AND "] if parts else []
                parts += [_opening(part, column), column, f"{_closing(part, column)} {test}"]
            return expr(*parts)
        if column.is_year and all(part == "year" for part, _ in self.tests):
            return expr(column, f" {self.tests[0][1]}")
        return None


def _opening(part: str, column: Column) -> str:
    if part != "date":
        return f"{part}("
    return "" if column.type.upper() == "DATE" else "CAST("


def _closing(part: str, column: Column) -> str:
    if part != "date":
        return ")"
    return "" if column.type.upper() == "DATE" else " AS DATE)"


def periods(reading: Reading) -> list[Period]:
    """Find the periods of a question, left to right, none overlapping another."""
    if not any(c.kind == "date" or c.is_year for c in reading.catalog.columns):
        return []
    found: list[Period] = []
    for period in _candidates(reading):
        if all(not set(period.span) & set(other.span) for other in found):
            found.append(period)
    return sorted(found, key=lambda period: period.span.start)


def _candidates(reading: Reading) -> Iterator[Period]:
    for pattern, tests in _FORMS:
        for phrase in reading.find_all(pattern):
            if (found := tests(phrase.match)) is not None:
                yield Period(phrase.span, found)


Tests = tuple[tuple[str, str], ...]


def _date_range(m: re.Match[str]) -> Tests:
    return (("date", f"BETWEEN DATE '{m['a']}' AND DATE '{m['b']}'"),)


def _date_bound(m: re.Match[str]) -> Tests:
    op = {**_AFTER, **_BEFORE}[m["op"]]
    return (("date", f"{op} DATE '{m['a']}'"),)


def _date(m: re.Match[str]) -> Tests:
    return (("date", f"= DATE '{m['a']}'"),)


def _written_date(m: re.Match[str]) -> Tests:
    return (("date", f"= DATE '{int(m['y']):04d}-{_month(m['m']):02d}-{int(m['d']):02d}'"),)


def _month_range(m: re.Match[str]) -> Tests:
    months = ("month", f"BETWEEN {_month(m['a'])} AND {_month(m['b'])}")
    return (("year", f"= {m['y']}"), months) if m["y"] else (months,)


def _month_of(m: re.Match[str]) -> Tests:
    month = ("month", f"= {_month(m['m'])}")
    return (("year", f"= {m['y']}"), month) if m["y"] else (month,)


def _iso_month(m: re.Match[str]) -> Tests:
    return (("year", f"= {m['y']}"), ("month", f"= {int(m['m'])}"))


def _quarter(m: re.Match[str]) -> Tests:
    quarter = ("quarter", f"= {_ORDINALS.get(m['q']) or int(m['q'])}")
    return (("year", f"= {m['y']}"), quarter) if m["y"] else (quarter,)


def _half(m: re.Match[str]) -> Tests:
    test = "<= 6" if m["h"] == "first" else "> 6"
    return (("year", f"= {m['y']}"), ("month", test))


def _year_range(m: re.Match[str]) -> Tests:
    return (("year", f"BETWEEN {m['a']} AND {m['b']}"),)


def _year_bound(m: re.Match[str]) -> Tests:
    return (("year", f"{ {**_AFTER, **_BEFORE}[m['op']] } {m['y']}"),)


def _years(m: re.Match[str]) -> Tests:
    years = re.findall(_YEAR, m["ys"])
    return (("year", f"= {years[0]}" if len(years) == 1 else f"IN ({', '.join(years)})"),)


def _month(word: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(word[:3]))


_ANY_YEAR = rf"(?:\s+(?:of\s+)?(?P<y>{_YEAR}))?"
_FORMS = (
    (rf"(?:between|from)\s+(?P<a>{_DATE})\s+(?:and|to|until)\s+(?P<b>{_DATE})", _date_range),
    (rf"(?P<op>{_BOUND})\s+(?P<a>{_DATE})", _date_bound),
    (rf"(?:on\s+)?(?P<a>{_DATE})", _date),
    (
        rf"(?:on\s+)?(?P<m>{_MONTH})\s+(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<y>{_YEAR})",
        _written_date,
    ),
    (rf"(?:on\s+)?(?P<d>\d\d?)(?:st|nd|rd|th)?\s+(?P<m>{_MONTH})\s+(?P<y>{_YEAR})", _written_date),
    (
        rf"(?:between|from)\s+(?P<a>{_MONTH})\s+(?:and|to)\s+(?P<b>{_MONTH}){_ANY_YEAR}",
        _month_range,
    ),
    (rf"(?:in\s+)?(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])", _iso_month),
    (rf"(?:in|during|for|of)\s+(?P<m>{_MONTH}){_ANY_YEAR}", _month_of),
    (rf"(?P<m>{_MONTH})\s+(?P<y>{_YEAR})", _month_of),
    (
        rf"(?:in\s+)?(?:the\s+)?(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter{_ANY_YEAR}",
        _quarter,
    ),
    (rf"(?:in\s+)?q(?P<q>[1-4]){_ANY_YEAR}", _quarter),
    (rf"(?:in\s+)?(?:the\s+)?(?P<h>first|second)\s+half\s+of\s+(?P<y>{_YEAR})", _half),
    (rf"(?:between|from)\s+(?P<a>{_YEAR})\s+(?:and|to|until)\s+(?P<b>{_YEAR})", _year_range),
    (rf"(?P<op>{_BOUND})\s+(?P<y>{_YEAR})", _year_bound),
    (
        rf"(?:in|during|for|of|and|or|year|between)\s+(?:the\s+years?\s+)?(?P<ys>{_YEAR}(?:(?:,\s*|\s+and\s+|\s+or\s+){_YEAR})*)",
        _years,
    ),
)


def date_column(
    reading: Reading, period: Period, tables: list[str], events: frozenset[str]
) -> Column | None:
    """Return the column a period speaks of: the nearest verb's, else that of the events that
    link the tables which are named, else the nearest table's."""
    able = [c for c in reading.catalog.columns if period.condition(c) is not None]
    for index in range(period.span.start - 1, -1, -1):
        word = root(reading.tokens[index].lower)
        said = [c for c in able if word in {root(w) for w in c.words}]
        if said:
            reading.use(index)
            return min(said, key=lambda c: _rank(c, tables))
        verb = reading.lexicon.verbs.get(reading.tokens[index].lower, ())
        said = [c for c in able if set(verb) & set(c.words)]
        if said and min(_rank(c, tables) for c in said)[0] < 99:
            reading.use(index)
            return min(said, key=lambda c: _rank(c, tables))
    between = [c for c in able if c.table in events and c.kind == "date"]
    return min(between or able, key=lambda c: _rank(c, tables), default=None)


def _rank(column: Column, tables: list[str]) -> tuple[int, bool]:
    place = tables.index(column.table) if column.table in tables else 99
    return (place, not ({"date", "year"} & set(column.words)))
