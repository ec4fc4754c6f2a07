"""The copy: tables of a Postgres database written into a DuckDB file, each through COPY."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg.sql import SQL, Identifier

from surefoot.errors import InputError

from .catalog import literal, quoted
from .declared import ForeignKey, tell_keys
from .naming import numbered
from .postgres import Address, Stop
from .sqlite import DIALECT

_SECONDS_TO_CONNECT = 15
_SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
)
_TABLES = """
    SELECT c.oid, n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
        c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition,
        has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f')
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
    SELECT a.attname, coalesce(col_description(a.attrelid, a.attnum), ''), CASE t.typtype
        WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
        ELSE format_type(a.atttypid, a.atttypmod) END
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_KEYS = """
    SELECT n.nspname, c.relname, a.attname, tn.nspname, tc.relname, ta.attname
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class tc ON tc.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    JOIN pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = k.confkey[1]
    WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.conparentid = 0
    ORDER BY 1, 2, 3
"""
_TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double precision": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "uuid": "UUID",
    "time without time zone": "TIME",
    "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
}


class _NotCopied(Exception):
    """A table that is left out, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    oid: int
    schema: str
    name: str
    comment: str
    is_own: bool
    """A table and no view, foreign table or part of a table."""
    is_readable: bool

    @property
    def shown(self) -> str:
        """The name as a user writes it."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def copy_tables(address: Address, into: Path, max_bytes: int, stop: Stop) -> list[str]:
    """Write the tables into a new file; return a line for each that is left out.

    All are read at one moment. There is no file when nothing could be copied. Raises `InputError`
    where the database cannot be reached.
    """
    into.unlink(missing_ok=True)
    errors: list[str] = []
    try:
        with (
            psycopg.connect(address.url, connect_timeout=_SECONDS_TO_CONNECT) as source,
            duckdb.connect(str(into)) as target,
        ):
            stop.watch(source.cancel)
            for setting in _SETTINGS:
                source.execute(setting.encode())
            copied = 0
            for table in _chosen(source, address, errors):
                try:
                    with source.transaction():
                        _copy(source, target, table, max_bytes, stop)
                    copied += 1
                except (_NotCopied, duckdb.Error, psycopg.errors.DatabaseError) as error:
                    if source.broken or stop.is_asked:
                        raise
                    told = address.without_secrets(str(error)).rstrip(".")
                    errors.append(f"{address.name}: {table.shown} is left out: {told[:300]}.")
            tell_keys(into, _keys(source))
    except (psycopg.Error, duckdb.Error, _NotCopied) as error:
        into.unlink(missing_ok=True)
        told = address.without_secrets(str(error)).rstrip(".")
        raise InputError(f"{address.name!r} cannot be read: {told}.") from None
    if not copied:
        into.unlink()
        errors.append(f"{address.name}: there is no table that can be copied.")
    return errors


def _keys(source: psycopg.Connection[tuple[object, ...]]) -> list[ForeignKey]:
    """Return the foreign keys of one column, also of tables that are not copied."""
    return [
        ForeignKey(
            schema_name=schema,
            table=table,
            column=column,
            to_schema=to_schema,
            to_table=to_table,
            to_column=to_column,
        )
        for schema, table, column, to_schema, to_table, to_column in (
            map(str, row) for row in source.execute(_KEYS.encode()).fetchall()
        )
    ]


def _chosen(
    source: psycopg.Connection[tuple[object, ...]], address: Address, errors: list[str]
) -> Iterator[_Table]:
    rows = source.execute(_TABLES.encode()).fetchall()
    known = [
        _Table(
            oid=int(str(oid)),
            schema=str(schema),
            name=str(name),
            comment=str(comment),
            is_own=bool(is_own),
            is_readable=bool(readable),
        )
        for oid, schema, name, comment, is_own, readable in rows
    ]
    if not address.tables:
        yield from (table for table in known if table.is_own and table.is_readable)
    for wanted in address.tables:
        found = [t for t in known if wanted in (t.name, t.shown, f"{t.schema}.{t.name}")]
        if not found:
            listed = ", ".join(table.shown for table in known[:20]) or "none"
            errors.append(f"{address.name}: there is no table {wanted!r}; there are {listed}.")
        yield from found


def _copy(
    source: psycopg.Connection[tuple[object, ...]],
    target: duckdb.DuckDBPyConnection,
    table: _Table,
    max_bytes: int,
    stop: Stop,
) -> None:
    if not table.is_readable:
        raise _NotCopied("you may not read it")
    columns = source.execute(_COLUMNS.encode(), (table.oid,)).fetchall()
    if not columns:
        raise _NotCopied("it has no columns")
    query = SQL(
        "COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER, NULL '\\N', FORCE_QUOTE *)"
    )
    chosen = SQL(", ").join(Identifier(str(name)) for name, _, _ in columns)
    whole = query.format(chosen, Identifier(table.schema, table.name))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.csv")
        size = 0
        with file.open("wb") as handle, source.cursor().copy(whole) as rows:
            for piece in rows:
                size += len(piece)
                if size > max_bytes:
                    raise _NotCopied(
                        f"it has more than the {max_bytes / 1e6:,.0f} MB that are allowed; make a "
                        "view of what is needed and name it in `?tables=`"
                    )
                if stop.is_asked:
                    raise _NotCopied("the ingest was stopped")
                handle.write(piece)
        _create(target, table, columns, file)


def _create(
    target: duckdb.DuckDBPyConnection,
    table: _Table,
    columns: Sequence[tuple[object, ...]],
    file: Path,
) -> None:
    names: list[str] = []
    for name, _, _ in columns:
        taken = {each.casefold() for each in names}
        names.append(next(n for n in numbered(str(name)) if n.casefold() not in taken))
    types = [_type(str(kind)) for _, _, kind in columns]
    told = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in zip(names, types, strict=True))
    made = f"{quoted(table.schema)}.{quoted(table.name)}"
    target.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.schema)}")
    target.execute(
        f"CREATE TABLE {made} AS SELECT * FROM read_csv({literal(str(file))}, {DIALECT}, "
        f"auto_detect=false, max_line_size=67108864, columns={{{told}}})"
    )
    if table.comment:
        target.execute(f"COMMENT ON TABLE {made} IS {literal(table.comment)}")
    for name, (_, comment, _) in zip(names, columns, strict=True):
        if comment:
            target.execute(f"COMMENT ON COLUMN {made}.{quoted(name)} IS {literal(str(comment))}")


def _type(kind: str) -> str:
    """Return the type that holds the values of a Postgres type; text where there is none."""
    plain, _, precision = kind.partition("(")
    if plain == "numeric":
        sizes = precision.rstrip(")").split(",")
        fits = len(sizes) == 2 and int(sizes[0]) <= 38 and 0 <= int(sizes[1]) <= int(sizes[0])
        return f"DECIMAL({sizes[0]}, {sizes[1]})" if fits else "DOUBLE"
    if precision and kind.endswith("zone"):  # timestamp(3) without time zone
        plain = f"{plain}{precision.partition(')')[2]}"
    return _TYPES.get(plain, "VARCHAR")
