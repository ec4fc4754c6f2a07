"""Declared: keys and comments that a database says of its own tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, TypeAdapter

from .catalog import Key, Table, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LONGEST_COMMENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a database says of the tables taken from it, by their names here."""

    keys: tuple[Key, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Comments on tables."""
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Comments on columns, by table and column."""

    def about(self, table: Table) -> Table:
        """Return a table with its comments."""
        columns = tuple(
            column.model_copy(update={"comment": self.columns.get((table.name, column.name), "")})
            for column in table.columns
        )
        comment = self.tables.get(table.name, "")
        return table.model_copy(update={"comment": comment, "columns": columns})


class ForeignKey(BaseModel):
    """That a column refers to another table's, as a database says that is copied from."""

    schema_name: str
    table: str
    column: str
    to_schema: str
    to_table: str
    to_column: str


_FOREIGN_KEYS = TypeAdapter(list[ForeignKey])


def keys_beside(path: Path) -> Path:
    """Return the file that tells the keys of a copy, whose tables cannot declare them."""
    return path.with_name(f"{path.name}.keys")


def tell_keys(path: Path, keys: Sequence[ForeignKey]) -> None:
    """Write down the keys of the database that a file is a copy of."""
    keys_beside(path).write_bytes(_FOREIGN_KEYS.dump_json(list(keys)))


def declared(connection: DuckDBPyConnection, path: Path, names: Sequence[str]) -> Declared:
    """Return what the database in a file declares; `names` are its tables', in order, here."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"SQLite format 3\0"):
        return Declared(keys=tuple(_sqlite_keys(path, names)))
    if head[8:12] == b"DUCK":
        return _of_duckdb(connection, path, names)
    return Declared()


def _sqlite_keys(path: Path, names: Sequence[str]) -> Iterator[Key]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source:
        found = source.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        ours = {str(name).casefold(): own for (name,), own in zip(found, names, strict=True)}
        for (name,) in found:
            rows = source.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)).fetchall()
            ids = [row[0] for row in rows]
            for number, _, to_table, column, to_column, *_ in rows:
                own = ours.get(str(to_table).casefold())
                if own is None or ids.count(number) > 1:
                    continue
                yield Key(
                    table=ours[str(name).casefold()],
                    column=str(column),
                    to_table=own,
                    to_column=str(to_column or _only_key(source, str(to_table))),
                )


def _only_key(source: sqlite3.Connection, table: str) -> str:
    found = source.execute(
        "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)
    ).fetchall()
    return str(found[0][0]) if found else "rowid"


def _of_duckdb(connection: DuckDBPyConnection, path: Path, names: Sequence[str]) -> Declared:
    connection.execute(f"ATTACH {literal(str(path))} AS source (READ_ONLY)")
    try:
        found = connection.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() "
            "WHERE database_name = 'source' AND NOT internal ORDER BY 1, 2"
        ).fetchall()
        ours = {(schema, table): own for (schema, table, _), own in zip(found, names, strict=True)}
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
            "WHERE database_name = 'source' AND comment IS NOT NULL"
        ).fetchall()
        foreign = connection.execute(
            "SELECT schema_name, table_name, constraint_column_names, referenced_table, "
            "referenced_column_names FROM duckdb_constraints() "
            "WHERE database_name = 'source' AND constraint_type = 'FOREIGN KEY' "
            "AND len(constraint_column_names) = 1 ORDER BY 1, 2, 3"
        ).fetchall()
    finally:
        connection.execute("DETACH source")
    told = [
        ForeignKey(schema_name=s, table=t, column=c[0], to_schema=s, to_table=to, to_column=to_c[0])
        for s, t, c, to, to_c in foreign
    ]
    if (beside := keys_beside(path)).exists():
        told += _FOREIGN_KEYS.validate_json(beside.read_bytes())
    return Declared(
        keys=tuple(
            Key(
                table=ours[key.schema_name, key.table],
                column=key.column,
                to_table=ours[key.to_schema, key.to_table],
                to_column=key.to_column,
            )
            for key in told
            if (key.schema_name, key.table) in ours and (key.to_schema, key.to_table) in ours
        ),
        tables={ours[s, t]: _line(comment) for s, t, comment in found if comment},
        columns={(ours[s, t], c): _line(text) for s, t, c, text in columns if (s, t) in ours},
    )


def _line(comment: str) -> str:
    return " ".join(comment.split())[:_LONGEST_COMMENT]
