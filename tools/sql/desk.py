"""The desk: where the query process answers, on the snapshot in force."""

from __future__ import annotations

import re
import time
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot.errors import StorageError

from ..tool import Doubt
from .brief import Brief
from .child import Message
from .connection import hardened_connection
from .guard import Guarded, guard_sql
from .literals import require_known_values
from .refusals import RefusalCode, Refused
from .snapshot import Snapshot, Version, read_snapshot, version_of
from .syntax import first_lines
from .twins import Answer, compare
from .values import jsonable, unique_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_UNKNOWN_COLUMN = re.compile(r"[Rr]eferenced column .* not found|not have a column named")

_NOT_COMPARED = Doubt(
    outcome="not_checked",
    code="out_of_time",
    reason="There was no time to compare the result with that of a second query.",
)

_guarded = lru_cache(maxsize=256)(guard_sql)


class Desk:
    """Answers queries on the snapshot in force."""

    def __init__(
        self,
        folder: Path,
        *,
        memory_limit: str,
        threads: int,
        seconds: float,
        look_seconds: float,
        rows: int,
    ) -> None:
        self._folder = folder
        self._memory_limit = memory_limit
        self._threads = threads
        self._seconds = seconds
        self._look_seconds = look_seconds
        self._rows = rows
        self._version: Version | None = None
        self._snapshot = Snapshot()
        self._connection: DuckDBPyConnection | None = None
        self._cursor: DuckDBPyConnection | None = None

    def answer(self, request: Message) -> Message:
        """Return `{"ok": …}`, or `{"refused": …}` or `{"broken": …}` with the reason."""
        import duckdb

        try:
            return {"ok": self._run(str(request["do"]), str(request["sql"]))}
        except Refused as error:
            return {"refused": {"code": error.code, "message": str(error)}}
        except StorageError as error:
            return {"broken": str(error)}
        except duckdb.Error as error:
            message, code = _told(error, self._seconds)
            fatal = isinstance(error, duckdb.FatalException | duckdb.InternalException)
            return {"refused": {"code": code, "message": message}, "fatal": fatal}
        except MemoryError:
            return {"refused": {"code": "sql_stopped", "message": _TOO_MUCH_MEMORY}, "fatal": True}

    def interrupt(self) -> None:
        """Stop the query that runs, if it lets itself be stopped."""
        if (cursor := self._cursor) is not None:
            cursor.interrupt()

    def _run(self, do: str, sql: str) -> Message:
        connection = self._open()
        query = _guarded(sql, tuple(t.name for t in self._snapshot.catalog.tables))
        self._cursor = cursor = connection.cursor()
        try:
            if do == "inspect":
                cursor.execute(f"DESCRIBE {query.sql}")
                brief = Brief(connection, self._look_seconds)
                require_known_values(query.tree, self._snapshot.catalog, brief)
                return {}
            return self._fetch(cursor, query)
        finally:
            self._cursor = None
            cursor.close()

    def _fetch(self, cursor: DuckDBPyConnection, query: Guarded) -> Message:
        began = time.monotonic()
        cursor.execute(query.sql)
        columns = unique_names(str(column[0]) for column in cursor.description or ())
        rows = [[jsonable(v) for v in row] for row in cursor.fetchmany(self._rows + 1)]
        more = len(rows) > self._rows
        count = self._count(cursor, query) if more else len(rows)
        answer = Answer(columns, rows[: self._rows], count)
        doubts = self._doubts(cursor, query, answer, time.monotonic() - began)
        return {
            "sql": query.sql,
            "tables": list(query.tables),
            "columns": list(columns),
            "rows": list(rows[: self._rows]),
            "row_count": count,
            "doubts": [asdict(doubt) for doubt in doubts],
        }

    def _doubts(
        self, cursor: DuckDBPyConnection, query: Guarded, answer: Answer, seconds: float
    ) -> list[Doubt]:
        """Return what twins of the query have against its answer; slow ones are not compared."""
        brief = Brief(cursor, self._look_seconds if seconds <= self._look_seconds else 0.0)
        found = list(compare(query.tree, answer, self._snapshot.catalog, brief))
        return [*found, _NOT_COMPARED] if brief.was_cut else found

    def _count(self, cursor: DuckDBPyConnection, query: Guarded) -> int:
        """Return how many rows a query has, without fetching them."""
        [(count,)] = cursor.execute(f"SELECT count(*) FROM ({query.sql}\n)").fetchall()
        return int(count)

    def _open(self) -> DuckDBPyConnection:
        """Return a connection to the snapshot in force, which may be newer than the last one."""
        while True:
            version = version_of(self._folder)
            if version is None:
                raise Refused("There are no tables yet. Ingest some files first.", "no_tables")
            if self._connection is not None and version == self._version:
                return self._connection
            try:
                snapshot = read_snapshot(self._folder)
                connection = self._connect(snapshot)
            except StorageError:
                if version != version_of(self._folder):
                    continue  # Another one was published meanwhile, and the old one cleared.
                raise
            if self._connection is not None:
                self._connection.close()
            self._connection, self._snapshot, self._version = connection, snapshot, version

    def _connect(self, snapshot: Snapshot) -> DuckDBPyConnection:
        import duckdb

        database = snapshot.database(self._folder)
        try:
            return hardened_connection(
                str(database),
                memory_limit=self._memory_limit,
                threads=self._threads,
                seconds=self._seconds,
            )
        except duckdb.Error as error:
            raise StorageError(
                f"{database} cannot be opened: {first_lines(str(error))} "
                f"Delete the folder {str(self._folder)!r} and ingest again."
            ) from None


_TOO_MUCH_MEMORY = (
    "The query needs more memory than is allowed. Filter earlier, aggregate, or select less."
)


def _told(error: Exception, seconds: float) -> tuple[str, RefusalCode]:
    """Return what an error of DuckDB's means for the one who wrote the query."""
    import duckdb

    text = first_lines(str(error))
    if isinstance(error, duckdb.OutOfMemoryException):
        return _TOO_MUCH_MEMORY, "sql_stopped"
    if isinstance(error, duckdb.InterruptException) or "max_execution_time" in text:
        return (
            f"The query took longer than {seconds:g} seconds and was stopped. "
            "Filter earlier, aggregate, or select less.",
            "sql_stopped",
        )
    if isinstance(error, duckdb.BinderException) and _UNKNOWN_COLUMN.search(text):
        return f"{text} Correct the column's name.", "unknown_column"
    return f"{text} Correct the query.", "sql_error"
