"""Measures: the numbers a question asks for, and what is done with them."""

from __future__ import annotations

from dataclasses import dataclass

from ..lexicon import Adjective
from ..words import singular
from .catalog import Column
from .links import verb_columns
from .query import Expr, Item, expr
from .reading import Link, Reading

_FUNCTIONS = (
    ("avg", r"on average|average|averages|averaged|avg|mean|typical|typically"),
    ("median", r"median"),
    ("stddev_samp", r"standard deviation|spread"),
    ("max", r"maximum|max"),
    ("min", r"minimum|min"),
    ("sum", r"in total|total|sum|combined|altogether"),
)
_ALIASES = {"sum": "total", "stddev_samp": "stddev"}
_REVENUE = frozenset({"revenue", "sale", "turnover", "spend", "spent"})


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of each row."""

    value: Expr
    table: str
    name: str
    is_additive: bool
    column: Column | None = None

    def item(self, function: str) -> Item:
        """Return the number of many rows that `function` makes of it."""
        alias = f"{_ALIASES.get(function, function)}_{self.name}"
        return Item(expr(f"{function}(", *self.value.parts, ")"), alias)


def of_column(column: Column, reading: Reading) -> Measure:
    """Return a column as a measure."""
    additive = bool(reading.lexicon.additive & set(column.words))
    return Measure(expr(column), column.table, column.name, additive, column)


def function_named(reading: Reading) -> str | None:
    """Return the aggregate the question names, and use its words."""
    for name, pattern in _FUNCTIONS:
        phrase = reading.find(pattern)
        if phrase is not None and phrase.span.start not in reading.used:
            for each in reading.find_all(pattern):
                reading.use(each.span)
            return name
    return None


def measure_named(
    reading: Reading, tables: list[str], adjective: Adjective | None = None
) -> Measure | None:
    """Find the number the question speaks of, and use its words."""
    links = [link for link in reading.links if _may_measure(reading, link)]
    if adjective is not None and adjective.words:
        found = _by_adjective(reading, links, tables, adjective)
        if found is not None or not links:
            return found
    if links:
        return _by_links(reading, links, tables)
    return _by_verb(reading, tables) or _revenue(reading, tables)


def _may_measure(reading: Reading, link: Link) -> bool:
    if link.is_value or link.start in reading.used:
        return False
    return link.table is None and any(_is_number(c) for c in link.columns)


def _is_number(column: Column) -> bool:
    return column.kind == "number" and not column.is_year


def _by_adjective(
    reading: Reading, links: list[Link], tables: list[str], adjective: Adjective
) -> Measure | None:
    columns = [
        c
        for c in reading.catalog.columns
        if c.kind == "number" and not c.is_key and set(c.words) & set(adjective.words)
    ]
    named = [link for link in links if set(link.columns) & set(columns)]
    if links and not named:
        return None
    if named:
        columns = [c for c in columns if c in named[0].columns]
        reading.use(*named)
    first = [c for word in adjective.words for c in columns if word in c.words]
    return _one(reading, list(dict.fromkeys(first)), tables, certain=bool(named))


def _by_links(reading: Reading, links: list[Link], tables: list[str]) -> Measure | None:
    exact = [link for link in links if link.is_exact]
    chosen = (exact or links)[0]
    columns = [c for c in chosen.columns if _is_number(c)]
    reading.use(chosen)
    for other in links:
        both = [c for c in columns if c in other.columns]
        if other is not chosen and both:
            columns = both
            reading.use(other)
    return _one(reading, columns, tables)


def _by_verb(reading: Reading, tables: list[str]) -> Measure | None:
    """Read `spend` as an amount and `weigh` as a mass, whichever table has the likelier one."""
    for index, token in enumerate(reading.tokens):
        if reading.link_at(index) is not None:
            continue
        columns = [
            c for c in verb_columns(reading, index) if c.kind == "number" and c.table in tables
        ]
        nouns = reading.lexicon.verbs.get(token.lower, ())
        for noun in nouns:
            said = [c for c in columns if noun in c.words and not c.is_year]
            if said:
                reading.use(index)
                return _one(reading, said, tables, certain=True)
    return None


def _revenue(reading: Reading, tables: list[str]) -> Measure | None:
    """Make revenue of a quantity and a price when no column holds it."""
    for index, token in enumerate(reading.tokens):
        if singular(token.lower) in _REVENUE and index not in reading.used:
            quantity = _first(reading, "quantity", tables)
            price = _first(reading, "price", tables)
            if quantity is None or price is None:
                return None
            reading.use(index)
            value = expr(quantity, " * ", price)
            return Measure(value, quantity.table, "revenue", True)
    return None


def _first(reading: Reading, word: str, tables: list[str]) -> Column | None:
    columns = [c for c in reading.catalog.columns if c.kind == "number" and word in c.words]
    return min(columns, key=lambda c: _place(c, tables), default=None)


def _one(
    reading: Reading, columns: list[Column], tables: list[str], certain: bool = False
) -> Measure | None:
    ranked = sorted(columns, key=lambda c: _place(c, tables))
    if not ranked:
        return None
    rivals = [c for c in ranked[1:] if _place(c, tables) == _place(ranked[0], tables)]
    if rivals and not certain:
        names = " or ".join(c.name for c in [ranked[0], *rivals])
        reading.doubts.append(f"it could mean {names}")
    return of_column(ranked[0], reading)


def _place(column: Column, tables: list[str]) -> int:
    return tables.index(column.table) if column.table in tables else 99
