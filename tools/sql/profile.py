"""Profiling: what the columns of a table hold, and which columns are keys into others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .catalog import Column, Key, Table, literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_LISTED = 100
"""Up to so many different values are kept, for checks and for the catalog."""
_LONGEST_LISTED = 80
_EXACT_ROWS = 5_000_000
_FEW_NUMBERS = 10
_SAMPLES = 3
_MOST_CANDIDATES = 200
_COLUMNS_AT_ONCE = 32
_MOST_UNMATCHED = 0.25
"""Real references have gaps; up to this share of them the join is still worth knowing."""

_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BIGNUM")
_DATES = re.compile(r"DATE|TIME.*|TIMESTAMP.*")
_WORDS = re.compile(r"VARCHAR|ENUM.*|BOOLEAN|UUID")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What one pass over a column tells."""

    name: str
    kind: str
    nulls: int
    distinct: int
    minimum: str | None
    maximum: str | None


def profile_table(connection: DuckDBPyConnection, name: str, source: str) -> Table:
    """Return what there is to say about a table."""
    described = connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
    [(rows,)] = connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchall()
    kinds = [(str(row[0]), str(row[1])) for row in described]
    columns = [
        _column(connection, name, counted, rows)
        for start in range(0, len(kinds), _COLUMNS_AT_ONCE)
        for counted in _count(connection, name, kinds[start : start + _COLUMNS_AT_ONCE], rows)
    ]
    return Table(name=name, source=source, rows=rows, columns=tuple(columns))


def _count(
    connection: DuckDBPyConnection, table: str, kinds: Sequence[tuple[str, str]], rows: int
) -> Iterator[_Counted]:
    measures = [measure for name, kind in kinds for measure in _measures(quoted(name), kind, rows)]
    [found] = connection.execute(f"SELECT {', '.join(measures)} FROM {quoted(table)}").fetchall()
    for position, (name, kind) in enumerate(kinds):
        present, distinct, minimum, maximum = found[position * 4 : position * 4 + 4]
        yield _Counted(
            name=name,
            kind=kind,
            nulls=rows - present,
            distinct=distinct or 0,
            minimum=_as_literal(minimum, kind),
            maximum=_as_literal(maximum, kind),
        )


def _measures(column: str, kind: str, rows: int) -> tuple[str, str, str, str]:
    count = "approx_count_distinct(" if rows > _EXACT_ROWS else "count(DISTINCT "
    distinct = f"{count}{column})" if _is_comparable(kind) else "NULL"
    if not _is_ordered(kind):
        return f"count({column})", distinct, "NULL", "NULL"
    return f"count({column})", distinct, f"min({column})::VARCHAR", f"max({column})::VARCHAR"


def _column(connection: DuckDBPyConnection, table: str, counted: _Counted, rows: int) -> Column:
    kind, column = counted.kind, quoted(counted.name)
    listed: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    if _worth_listing(kind, counted.distinct, rows - counted.nulls):
        listed = _values(connection, table, column, kind, _MOST_LISTED)
    if _WORDS.fullmatch(kind) and counted.distinct > _SAMPLES:
        samples = _values(connection, table, column, kind, _SAMPLES, longest=_LONGEST_LISTED)
    return Column(
        name=counted.name,
        type=kind,
        nulls=counted.nulls,
        distinct=counted.distinct,
        values=listed if listed and len(listed) == counted.distinct else None,
        samples=samples,
        minimum=counted.minimum,
        maximum=counted.maximum,
    )


def _is_ordered(kind: str) -> bool:
    return bool(_NUMBERS.fullmatch(kind) or _DATES.fullmatch(kind))


def _is_comparable(kind: str) -> bool:
    return _is_ordered(kind) or bool(_WORDS.fullmatch(kind))


def _worth_listing(kind: str, different: int, present: int) -> bool:
    if not different:
        return False
    if _INTEGERS.fullmatch(kind):
        return different <= _FEW_NUMBERS and different < present
    return bool(_WORDS.fullmatch(kind)) and kind != "UUID" and different <= _MOST_LISTED


def _values(
    connection: DuckDBPyConnection,
    table: str,
    column: str,
    kind: str,
    limit: int,
    *,
    longest: int | None = None,
) -> tuple[str, ...]:
    """Return values as literals: all in order, or the most frequent of those that are short."""
    text = f"{column}::VARCHAR"
    fits = f"AND length({text}) <= {longest} AND {text} NOT SIMILAR TO '(?s).*[\\r\\n].*'"
    order = column if longest is None else f"count(*) DESC, {column}"
    found = connection.execute(
        f"SELECT {text} FROM {quoted(table)} WHERE {column} IS NOT NULL "
        f"{fits if longest is not None else ''} GROUP BY {column} ORDER BY {order} LIMIT {limit}"
    ).fetchall()
    values = [str(value) for (value,) in found]
    if longest is None and any(len(v) > _LONGEST_LISTED * 3 for v in values):
        return ()
    return tuple(v for value in values if (v := _as_literal(value, kind)) is not None)


def _as_literal(value: str | None, kind: str) -> str | None:
    if value is None:
        return None
    return value if _NUMBERS.fullmatch(kind) or kind == "BOOLEAN" else literal(value)


def find_keys(
    connection: DuckDBPyConnection, tables: Sequence[Table], declared: Sequence[Key] = ()
) -> tuple[Key, ...]:
    """Return the columns that refer to another table: declared, or by their name and values."""
    found = [_counted(connection, key) for key in declared if _is_there(tables, key)]
    pairs = {(key.table, key.column, key.to_table, key.to_column) for key in found}
    for key in list(_candidates(tables))[:_MOST_CANDIDATES]:
        ends = (key.to_table, key.to_column, key.table, key.column)
        if ends in pairs or (*ends[2:], *ends[:2]) in pairs:
            continue
        present, unmatched = _matched(connection, key)
        if unmatched <= present * _MOST_UNMATCHED:
            found.append(key.model_copy(update={"unmatched": unmatched}))
            pairs.add((key.table, key.column, key.to_table, key.to_column))
    return tuple(found)


def _counted(connection: DuckDBPyConnection, key: Key) -> Key:
    return key.model_copy(update={"unmatched": _matched(connection, key)[1]})


def _is_there(tables: Sequence[Table], key: Key) -> bool:
    columns = {(t.name, c.name): _family(c.type) for t in tables for c in t.columns}
    ends = columns.get((key.table, key.column)), columns.get((key.to_table, key.to_column))
    return ends[0] is not None and ends[0] == ends[1]


def _candidates(tables: Sequence[Table]) -> Iterator[Key]:
    for parent in tables:
        for column in parent.columns:
            if not _identifies(parent, column):
                continue
            names = _names_of(parent.name, column.name)
            for child in tables:
                for other in child.columns:
                    if child is parent or other.name.casefold() not in names:
                        continue
                    if _family(other.type) == _family(column.type) and other.distinct > 1:
                        yield Key(
                            table=child.name,
                            column=other.name,
                            to_table=parent.name,
                            to_column=column.name,
                        )


def _identifies(table: Table, column: Column) -> bool:
    is_name = _INTEGERS.fullmatch(column.type) or column.type in ("VARCHAR", "UUID", "DATE")
    return bool(is_name) and not column.nulls and column.distinct == table.rows > 1


def _names_of(table: str, column: str) -> frozenset[str]:
    """Return how other tables call a reference to `table.column`."""
    table, column = table.casefold(), column.casefold()
    singular = {table, table.removesuffix("s"), table.removesuffix("es")}
    if table.endswith("ies"):
        singular.add(f"{table[:-3]}y")
    if column in ("id", "key", "code", "no", "nr", "number", "uuid"):
        return frozenset(f"{one}{link}{column}" for one in singular for link in ("_", ""))
    if column in ("name", "title", "description", "note", "notes", "comment", "value"):
        return frozenset(singular)
    return frozenset({column})


def _family(kind: str) -> str:
    if _INTEGERS.fullmatch(kind):
        return "INTEGER"
    return kind


def _matched(connection: DuckDBPyConnection, key: Key) -> tuple[int, int]:
    """Return how many rows have a value, and how many of them find nothing by it."""
    child, parent = quoted(key.column), quoted(key.to_column)
    [(present, unmatched)] = connection.execute(
        f"SELECT count(c.{child}), count(c.{child}) - count(p.{parent}) "
        f"FROM {quoted(key.table)} AS c LEFT JOIN {quoted(key.to_table)} AS p "
        f"ON c.{child} = p.{parent}"
    ).fetchall()
    return int(present), int(unmatched)
