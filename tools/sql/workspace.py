"""The workspace: tables made of files, and questions asked of them in SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from surefoot.errors import StorageError, ToolError

from ..tool import Doubt
from .catalog import Table
from .child import Message
from .ingest import Ingest
from .pool import Pool, QueryLimits
from .report import TableReport
from .snapshot import Snapshot, Version, read_snapshot, version_of

_doubts = TypeAdapter(tuple[Doubt, ...])
_MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What a query found."""

    sql: str
    tables: tuple[str, ...]
    """The tables it read."""
    columns: tuple[str, ...]
    """With names of their own."""
    rows: tuple[tuple[JsonValue, ...], ...]
    """The first of them, as JSON values."""
    row_count: int
    """How many there are."""
    doubts: tuple[Doubt, ...] = ()
    """What speaks against it."""


class Workspace:
    """Tables in one folder. Nothing is read or started before it is needed."""

    def __init__(self, folder: Path, *, limits: QueryLimits | None = None) -> None:
        self._folder = folder.absolute()
        self._pool = Pool(self._folder, limits or QueryLimits())
        self._version: Version | None = None
        self._snapshot = Snapshot()

    async def ingest(
        self, paths: Iterable[Path], *, root: Path | None = None, max_bytes: int = _MOST_BYTES
    ) -> TableReport:
        """Make tables of files and of what folders hold, and drop those whose files are gone.

        Files are named as seen from `root`. A file that cannot be read is reported, and the rest
        is brought in. Queries go on meanwhile, on the tables of before.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        ingest = Ingest(_order(self._folder, paths, root, max_bytes))
        try:
            return await asyncio.to_thread(ingest.run)
        finally:
            ingest.stop()

    def tables(self) -> tuple[Table, ...]:
        """Return what there is to know about each table."""
        return self._current().catalog.tables

    def catalog(self) -> str:
        """Return the tables as a model reads about them; empty when there are none."""
        return self._current().text

    async def query(self, sql: str) -> QueryResult:
        """Run one SELECT; raises `ToolError` that says what is wrong with it."""
        found = _answer(await self._pool.ask("query", sql))
        return QueryResult(
            sql=str(found["sql"]),
            tables=_strings(found["tables"]),
            columns=_strings(found["columns"]),
            rows=_rows(found["rows"]),
            row_count=_number(found["row_count"]),
            doubts=_doubts.validate_python(found["doubts"]),
        )

    async def inspect(self, sql: str) -> None:
        """Check one SELECT without running it; raises `ToolError` that says what is wrong."""
        _answer(await self._pool.ask("inspect", sql))

    async def close(self) -> None:
        """End the processes that answer queries."""
        await self._pool.close()

    def _current(self) -> Snapshot:
        if (version := version_of(self._folder)) != self._version:
            self._snapshot, self._version = read_snapshot(self._folder), version
        return self._snapshot


def _order(folder: Path, paths: Iterable[Path], root: Path | None, max_bytes: int) -> Message:
    return {
        "folder": str(folder),
        "paths": [str(path.resolve()) for path in paths],
        "root": str(root.resolve()) if root is not None else None,
        "max_bytes": max_bytes,
    }


def _answer(reply: Message) -> Message:
    if isinstance(refused := reply.get("refused"), dict):
        raise ToolError(str(refused["message"]), code=str(refused["code"]))
    if "broken" in reply:
        raise StorageError(str(reply["broken"]))
    found = reply["ok"]
    assert isinstance(found, dict)
    return found


def _strings(value: JsonValue) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(str(item) for item in value)


def _rows(value: JsonValue) -> tuple[tuple[JsonValue, ...], ...]:
    assert isinstance(value, list)
    return tuple(tuple(row) for row in value if isinstance(row, list))


def _number(value: JsonValue) -> int:
    assert isinstance(value, int)
    return value
