"""The catalog: which tables there are and what their columns hold."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

PLAIN_NAME = re.compile(r"[^\W\d]\w*")


class Column(BaseModel):
    """One column of a table, with what is in it."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    """As DuckDB writes it, such as `BIGINT`."""
    nulls: int = 0
    distinct: int = 0
    """How many different values there are."""
    values: tuple[str, ...] | None = None
    """Every value as a SQL literal, in order; None when there are many."""
    samples: tuple[str, ...] = ()
    """The most frequent values as SQL literals, where there are many."""
    minimum: str | None = None
    """As a SQL literal, for what has an order worth telling."""
    maximum: str | None = None
    comment: str = ""
    """What its database says of it, in one line."""


class Table(BaseModel):
    """One table."""

    model_config = ConfigDict(frozen=True)

    name: str
    source: str
    """The file it came from, as the user knows it."""
    rows: int
    columns: tuple[Column, ...]
    comment: str = ""
    """What its database says of it, in one line."""


class Key(BaseModel):
    """Values of one column are found in another, which has each of its own only once."""

    model_config = ConfigDict(frozen=True)

    table: str
    column: str
    to_table: str
    to_column: str
    unmatched: int = 0
    """Rows whose value is not found there."""


class Catalog(BaseModel):
    """Every table, and how they hang together."""

    model_config = ConfigDict(frozen=True)

    tables: tuple[Table, ...] = ()
    keys: tuple[Key, ...] = ()

    def table(self, name: str) -> Table | None:
        """Return the table of that name, whatever its case."""
        folded = name.casefold()
        return next((t for t in self.tables if t.name.casefold() == folded), None)


def quoted(name: str) -> str:
    """Return a name as SQL writes it: bare when it is plain, else in double quotes."""
    if PLAIN_NAME.fullmatch(name) and name.casefold() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


_RESERVED = frozenset(
    "all analyse analyze and anti any array as asc asof asymmetric at authorization between binary "
    "both by case cast check collate collation column concurrently constraint create cross default "
    "deferrable desc describe distinct do else end except false fetch for foreign freeze from full "
    "glob grant group having ilike in initially inner intersect into is isnull join lambda lateral "
    "leading left like limit natural not notnull null offset on only or order outer overlaps pivot "
    "pivot_longer pivot_wider placing positional primary qualify references returning right select "
    "semi show similar some summarize symmetric table tablesample then to trailing true union "
    "unique unpack unpivot using variadic verbose when where window with".split()
)
