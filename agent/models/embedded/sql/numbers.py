"""Numbers: the comparisons a question makes, such as more than 5000 grams."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..lexicon import Adjective
from ..words import NUMBER_WORDS, number
from .catalog import Column
from .conditions import Condition
from .links import verb_columns
from .query import expr
from .reading import Link, Phrase, Reading

_NUMBER = r"\d[\d,]*(?:\.\d+)?|" + "|".join(NUMBER_WORDS)
_UNITS = {
    "g": r"g|grams?|grammes?",
    "kg": r"kg|kgs|kilos?|kilograms?",
    "mm": r"mm|millimet(?:er|re)s?",
    "cm": r"cm|centimet(?:er|re)s?",
    "m": r"m|met(?:er|re)s?",
    "km": r"km|kilomet(?:er|re)s?",
    "eur": r"eur|euros?",
    "usd": r"usd|dollars?",
    "pct": r"percent",
}
_SCALE = {
    "g": ("mass", 1.0),
    "kg": ("mass", 1000.0),
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "m": ("length", 1000.0),
    "km": ("length", 1_000_000.0),
}
_UNIT = "|".join(_UNITS.values())
_OPERATORS = {
    ">=": r"at least|no less than|not less than|a minimum of",
    "<=": r"at most|no more than|not more than|up to|a maximum of",
    ">": r"more than|greater than|larger than|bigger than|higher than|over|above|exceeding"
    r"|exceeds?",
    "<": r"less than|fewer than|smaller than|lower than|under|below",
    "=": r"exactly|equal to|equals",
}
_OPERATOR = "|".join(_OPERATORS.values())


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of rows that a group must have, such as `more than 3 orders`."""

    link: Link
    test: str
    span: range


@dataclass(frozen=True, slots=True)
class _Bound:
    phrase: Phrase
    test: str
    """With `{}` where nothing more is needed but the numbers are already in."""
    adjective: Adjective | None = None
    unit: str | None = None
    numbers: tuple[str, ...] = ()


def comparisons(
    reading: Reading, tables: list[str], taken: set[int]
) -> tuple[list[Condition], list[Counted]]:
    """Find the comparisons with numbers: tests of a column, and counts of related rows."""
    tests: list[Condition] = []
    counts: list[Counted] = []
    for bound in _bounds(reading):
        if set(bound.phrase.span) & taken:
            continue
        counted = _counted_noun(reading, bound.phrase.span.stop)
        if counted is not None and bound.adjective is None:
            reading.use(bound.phrase.span)
            counts.append(Counted(counted, bound.test.format(*bound.numbers), bound.phrase.span))
            continue
        column = _measured(reading, bound, tables)
        if column is not None:
            reading.use(bound.phrase.span)
            numbers = [_converted(n, bound.unit, column) for n in bound.numbers]
            test = expr(column, " " + bound.test.format(*numbers))
            tests.append(Condition(column, test, bound.phrase.span))
    return tests, counts


def _bounds(reading: Reading) -> list[_Bound]:
    unit = rf"(?:\s*(?P<unit>{_UNIT}))?"
    found: list[_Bound] = []
    for p in reading.find_all(rf"between\s+(?P<a>{_NUMBER})\s+and\s+(?P<b>{_NUMBER}){unit}"):
        found.append(_bound(p, "BETWEEN {} AND {}", "a", "b"))
    for p in reading.find_all(
        rf"(?P<a>{_NUMBER}){unit}\s+or\s+(?P<way>more|less|fewer|above|below)"
    ):
        found.append(_bound(p, ">= {}" if p.match["way"] in {"more", "above"} else "<= {}", "a"))
    for p in reading.find_all(rf"(?P<op>{_OPERATOR})\s+[$€£]?(?P<a>{_NUMBER}){unit}"):
        found.append(_bound(p, f"{_operator(p.match['op'])} {{}}", "a"))
    for p in reading.find_all(
        rf"(?:(?P<how>more|less)\s+)?(?P<adj>[a-z]+)\s+than\s+[$€£]?(?P<a>{_NUMBER}){unit}"
    ):
        known = reading.lexicon.comparatives.get(p.match["adj"])
        if p.match["how"]:
            known = reading.lexicon.adjectives.get(p.match["adj"])
        if known is not None and known.words:
            direction = known.direction * (-1 if p.match["how"] == "less" else 1)
            found.append(_bound(p, "> {}" if direction > 0 else "< {}", "a", adjective=known))
    return [b for i, b in enumerate(found) if not _overlaps(b, found[:i])]


def _overlaps(bound: _Bound, earlier: list[_Bound]) -> bool:
    return any(set(bound.phrase.span) & set(other.phrase.span) for other in earlier)


def _bound(phrase: Phrase, test: str, *names: str, adjective: Adjective | None = None) -> _Bound:
    unit = phrase.match["unit"]
    name = next((u for u, words in _UNITS.items() if unit and re.fullmatch(words, unit)), None)
    numbers = tuple(str(number(phrase.match[n])) for n in names)
    return _Bound(phrase, test, adjective, name, numbers)


def _operator(words: str) -> str:
    return next(op for op, pattern in _OPERATORS.items() if re.fullmatch(pattern, words))


def _counted_noun(reading: Reading, start: int) -> Link | None:
    """Return the rows that are counted just after a number, past the words that narrow them."""
    for index in range(start, min(start + 4, len(reading.tokens))):
        link = reading.link_at(index)
        if link is None and reading.tokens[index].lower not in {"different", "distinct", "such"}:
            return None
        if link and not link.is_value:
            return link if link.table is not None else None
    return None


def _measured(reading: Reading, bound: _Bound, tables: list[str]) -> Column | None:
    span = bound.phrase.span
    if bound.adjective is not None:
        able = [c for c in _numeric(reading, tables) if set(c.words) & set(bound.adjective.words)]
        near = _named_columns(
            reading, range(max(0, span.start - 4), min(span.stop + 4, len(reading.tokens)))
        )
        both = [c for c in able if c in near]
        return _only(reading, both or able, tables)
    for index in (span.stop, span.stop + 1):
        if (column := _column_at(reading, index, tables)) is not None:
            return column
    for index in range(span.start - 1, -1, -1):
        if (column := _column_at(reading, index, tables)) is not None:
            return column
        verb = [c for c in verb_columns(reading, index) if c.kind == "number" and not c.is_year]
        if verb and reading.link_at(index) is None:
            reading.use(index)
            return _only(reading, verb, tables)
    return _by_unit(reading, bound, tables)


def _column_at(reading: Reading, index: int, tables: list[str]) -> Column | None:
    link = reading.link_at(index)
    if link is None or link.is_value:
        return None
    numeric = [c for c in link.columns if c.kind == "number"]
    if not numeric:
        return None
    reading.use(link)
    return _only(reading, _narrowed(reading, link, numeric), tables)


def _narrowed(reading: Reading, link: Link, columns: list[Column]) -> list[Column]:
    beside = reading.link_at(link.end) or reading.link_at(link.start - 1)
    both = [c for c in columns if beside and c in beside.columns]
    if both and beside:
        reading.use(beside)
    return both or columns


def _by_unit(reading: Reading, bound: _Bound, tables: list[str]) -> Column | None:
    able = [c for c in _numeric(reading, tables) if bound.unit and _comparable(bound.unit, c)]
    return able[0] if len(able) == 1 else None


def _only(reading: Reading, columns: list[Column], tables: list[str]) -> Column | None:
    ranked = sorted(columns, key=lambda c: tables.index(c.table) if c.table in tables else 99)
    if not ranked:
        return None
    rivals = [c for c in ranked[1:] if c.table == ranked[0].table]
    if rivals:
        names = " or ".join(c.name for c in [ranked[0], *rivals])
        reading.doubts.append(f"it could mean {names}")
    return ranked[0]


def _numeric(reading: Reading, tables: list[str]) -> list[Column]:
    return [
        c
        for c in reading.catalog.columns
        if c.kind == "number" and not c.is_key and c.table in tables
    ]


def _named_columns(reading: Reading, span: range) -> set[Column]:
    links = [link for link in reading.links_in(span) if not link.is_value]
    for link in links:
        if any(c.kind == "number" for c in link.columns):
            reading.use(link)
    return {c for link in links for c in link.columns}


def _comparable(unit: str, column: Column) -> bool:
    if column.unit == unit:
        return True
    ours, theirs = _SCALE.get(unit), _SCALE.get(column.unit or "")
    return ours is not None and theirs is not None and ours[0] == theirs[0]


def _converted(value: str, unit: str | None, column: Column) -> str:
    if unit is None or column.unit is None or unit == column.unit or not _comparable(unit, column):
        return value
    scaled = float(value) * _SCALE[unit][1] / _SCALE[column.unit][1]
    return f"{scaled:.10g}"
