"""SQLite files, read with Python's own SQLite and handed to DuckDB column by column."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NULL = "\\N"
DIALECT = (
    "header=true, skip=0, delim=',', quote='\"', escape='\"', new_line='\\n', "
    f"nullstr='{_NULL}', allow_quoted_nulls=false"
)
_WHEN = ("DATE", "TIME", "TIMESTAMP")


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """One table of a SQLite file that is open."""

    connection: sqlite3.Connection
    name: str
    columns: dict[str, str]
    """Declared types by name."""

    def copy_to(self, target: DuckDBPyConnection, name: str) -> None:
        """Make a DuckDB table of it, with the declared types as far as the values bear them."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "rows.csv")
            self._write(file)
            dialect = f"{literal(str(file))}, {DIALECT}"
            types = self._types(target, f"read_csv({dialect}, sample_size=-1)")
            given = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in types.items())
            target.execute(
                f"CREATE TABLE {quoted(name)} AS "
                f"SELECT * FROM read_csv({dialect}, auto_detect=false, columns={{{given}}})"
            )

    def _write(self, file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="") as handle:
            handle.write(",".join(map(cell, self.columns)) + "\n")
            for row in self.connection.execute(f"SELECT * FROM {_name(self.name)}"):
                handle.write(",".join(map(cell, row)) + "\n")

    def _types(self, target: DuckDBPyConnection, source: str) -> dict[str, str]:
        """Return declared text as text, unless it is all dates; the rest as it looks."""
        rows = target.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        types: dict[str, str] = {}
        for (name, declared), row in zip(self.columns.items(), rows, strict=True):
            seen = str(row[1])
            text = any(word in declared for word in ("CHAR", "TEXT", "CLOB", "BLOB"))
            types[name] = "VARCHAR" if text and not seen.startswith(_WHEN) else seen
        return types


def sqlite_tables(path: Path) -> Iterator[SqliteTable]:
    """Yield the tables of a SQLite file, which is opened for reading only."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        for (name,) in names:
            described = connection.execute(f"PRAGMA table_info({_name(name)})").fetchall()
            columns = {str(row[1]): str(row[2]).upper() for row in described}
            yield SqliteTable(connection, name, columns)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def cell(value: object) -> str:
    """Return a value as the dialect writes it."""
    if value is None:
        return _NULL
    text = value.hex() if isinstance(value, bytes) else str(value)
    return '"' + text.replace('"', '""') + '"'
