"""Loading: each kind of file becomes one or more tables, or a line that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import literal, quoted
from .delimited import UTF16_MARKS, delimited_source, file_literal, uneven_line
from .naming import table_name
from .spreadsheet import NotReadable, sheets_of
from .sqlite import sqlite_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Unreadable(Exception):
    """A file that does not become a table, and why."""


Loader = Callable[["DuckDBPyConnection", Path, Collection[str]], tuple[str, ...]]


def loader_of(path: Path) -> Loader | None:
    """Return what reads files of this kind, told by their ending; None for other files."""
    return _LOADERS.get(path.suffix.casefold())


def load(
    connection: DuckDBPyConnection, path: Path, taken: Collection[str], *, max_bytes: int
) -> tuple[str, ...]:
    """Make tables of a file, under names that are not `taken`; raises `Unreadable`."""
    import duckdb

    loader = loader_of(path)
    if loader is None:
        raise Unreadable(f"files ending in {path.suffix!r} are not read as tables")
    _require_bearable(path, max_bytes)
    try:
        return loader(connection, path, taken)
    except duckdb.Error as error:
        raise Unreadable(_told(str(error), path)) from None
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from None


def _require_bearable(path: Path, max_bytes: int) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(65_536)
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from None
    if not head.strip():
        raise Unreadable("it is empty")
    if size > max_bytes:
        raise Unreadable(
            f"it has {size / 1e6:,.0f} MB, more than the {max_bytes / 1e6:,.0f} MB that are allowed"
        )
    is_text = path.suffix.casefold() in (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
    if is_text and b"\0" in head and not head.startswith(UTF16_MARKS):
        raise Unreadable("it is binary, not text")


def _told(message: str, path: Path) -> str:
    """Return what DuckDB says about a file in one line, without its advice on options."""
    if "not utf-8 encoded" in message:
        line = re.search(r"on Line: (\d+)", message)
        return f"line {line[1] if line else '?'} is not UTF-8; save the file as UTF-8"
    if "automatically detect the CSV parsing dialect" in message:
        return uneven_line(path) or "it is not a table: no delimiter and quotes fit all its lines"
    text = re.split(r"\n\s*\n|\nPossible|\nLINE ", message)[0]
    file = rf"""(?:[Tt]he )?(?:[Ff]ile )?["']?{re.escape(str(path))}["']?"""
    text = " ".join(re.sub(file, "the file", text).split())
    return re.sub(r"^[\w ]*Error: ", "", text)[:300].rstrip("!. ")


def _csv(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    return _create(connection, path, taken, delimited_source(connection, path))


def _tsv(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    return _create(connection, path, taken, delimited_source(connection, path, "\t"))


def _json(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    lines = path.suffix.casefold() != ".json"
    form = "newline_delimited" if lines else "auto"
    size = max(path.stat().st_size * 2, 16_777_216)
    source = (
        f"read_json({file_literal(path)}, format='{form}', sample_size=-1, "
        f"maximum_object_size={min(size, 4_294_967_295)}, hive_partitioning=false)"
    )
    return _create(connection, path, taken, source)


def _parquet(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    source = f"read_parquet({file_literal(path)}, hive_partitioning=false)"
    return _create(connection, path, taken, source)


def _create(
    connection: DuckDBPyConnection, path: Path, taken: Collection[str], source: str
) -> tuple[str, ...]:
    name = table_name(path.stem, taken)
    connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM {source}")
    return (name,)


def _duckdb(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    connection.execute(f"ATTACH {literal(str(path))} AS source (READ_ONLY)")
    names: list[str] = []
    try:
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE database_name = 'source' AND NOT internal ORDER BY 1, 2"
        ).fetchall()
        for schema, table in found:
            name = table_name(table, {*taken, *names})
            connection.execute(
                f"CREATE TABLE {quoted(name)} AS "
                f"SELECT * FROM source.{quoted(schema)}.{quoted(table)}"
            )
            names.append(name)
    finally:
        connection.execute("DETACH source")
    return _some(names)


def _sqlite(connection: DuckDBPyConnection, path: Path, taken: Collection[str]) -> tuple[str, ...]:
    import sqlite3

    names: list[str] = []
    try:
        for table in sqlite_tables(path):
            name = table_name(table.name, {*taken, *names})
            table.copy_to(connection, name)
            names.append(name)
    except sqlite3.Error as error:
        raise Unreadable(str(error)) from None
    return _some(names)


def _workbook(
    connection: DuckDBPyConnection, path: Path, taken: Collection[str]
) -> tuple[str, ...]:
    names: list[str] = []
    try:
        sheets = list(sheets_of(path))
        for sheet in sheets:
            title = path.stem if len(sheets) == 1 else f"{path.stem}_{sheet.name}"
            name = table_name(title, {*taken, *names})
            sheet.copy_to(connection, name)
            names.append(name)
    except NotReadable as error:
        raise Unreadable(str(error)) from None
    return _some(names)


def _database(
    connection: DuckDBPyConnection, path: Path, taken: Collection[str]
) -> tuple[str, ...]:
    with path.open("rb") as file:
        is_sqlite = file.read(16).startswith(b"SQLite format 3\0")
    return (_sqlite if is_sqlite else _duckdb)(connection, path, taken)


def _some(names: list[str]) -> tuple[str, ...]:
    if not names:
        raise Unreadable("it holds no tables")
    return tuple(names)


_LOADERS: dict[str, Loader] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".json": _json,
    ".jsonl": _json,
    ".ndjson": _json,
    ".parquet": _parquet,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".duckdb": _database,
    ".db": _database,
    ".sqlite": _database,
    ".sqlite3": _database,
}
