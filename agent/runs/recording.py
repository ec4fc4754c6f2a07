"""Recordings: what each boundary of a run was given and gave back, so that it can be run again."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_json

from surefoot.errors import ToolError
from surefoot.events import Event

from .database import Database

logger = logging.getLogger(__name__)

Boundary = Literal[
    "run",
    "model",
    "tool",
    "validate",
    "inspect",
    "describe",
    "memory",
    "approval",
    "ledger",
    "check",
    "review",
    "late",
    "now",
    "ticks",
]
TURNS: frozenset[Boundary] = frozenset(
    ("model", "tool", "memory", "approval", "inspect", "ledger", "review")
)
"""Boundaries that are waited at: what they give back comes, and comes again, in a fixed order."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS recordings (run_id TEXT NOT NULL, n INTEGER NOT NULL,"
    " body TEXT NOT NULL, PRIMARY KEY (run_id, n)) WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS recordings_go_with_runs AFTER DELETE ON runs BEGIN"
    " DELETE FROM recordings WHERE run_id = OLD.run_id; END",
)
REDACTED = "[redacted]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One crossing of a boundary."""

    boundary: Boundary
    name: str = ""
    """Which tool, which part of memory, or whose clock."""
    given: JsonValue = None
    back: JsonValue = None
    error: dict[str, JsonValue] | None = None
    """What was raised instead: its `type`, `text` and, for tools, `code`."""
    by: str = ""
    """The review that a model was asked by; nothing when the run itself asked."""
    cuts: Sequence[tuple[int, int]] = ()
    """For a message during which something else came back: a part of it, and how many results had
    come before that part."""
    at: int = 0
    """How many events had been told when a result came."""

    def written(self) -> str:
        """Return the entry as JSON, what is empty left out."""
        body: dict[str, JsonValue] = {"b": self.boundary}
        for key, value in (("n", self.name), ("g", self.given), ("r", self.back), ("y", self.by)):
            if value not in (None, ""):
                body[key] = value
        if self.at:
            body["a"] = self.at
        if self.cuts:
            body["c"] = [list(cut) for cut in self.cuts]
        if self.error is not None:
            body["e"] = self.error
        try:
            return to_json(body, inf_nan_mode="constants").decode()
        except PydanticSerializationError:  # Half of a surrogate pair, which only ASCII can hold.
            return json.dumps(body)

    @classmethod
    def read(cls, text: str) -> Entry:
        """Read an entry back."""
        body = json.loads(text)
        return cls(
            boundary=body["b"],
            name=body.get("n", ""),
            given=body.get("g"),
            back=body.get("r"),
            error=body.get("e"),
            by=body.get("y", ""),
            at=body.get("a", 0),
            cuts=tuple((part, turn) for part, turn in body.get("c", ())),
        )


def failed(error: BaseException) -> dict[str, JsonValue]:
    """Return what was raised, as an entry keeps it."""
    told: dict[str, JsonValue] = {"type": type(error).__name__, "text": str(error)}
    if isinstance(error, ToolError):
        told |= {"code": error.code, "tool": True}
    return told


class RecordingStore:
    """Recordings in the database, beside the runs that they belong to and go with."""

    def __init__(self, database: Database, *, secrets: Sequence[str] = ()) -> None:
        self._database = database
        self._secrets = tuple(to_json(one).decode()[1:-1] for one in secrets if one)
        self._is_ready = False

    def append(self, run_id: str, first: int, entries: Sequence[Entry]) -> None:
        """Keep entries soon, the first of them at place `first`; nobody waits for it."""
        rows = [
            (run_id, first + place, self._redacted(entry.written()))
            for place, entry in enumerate(entries)
        ]

        def work(connection: sqlite3.Connection) -> None:
            self._prepare(connection)
            connection.executemany("INSERT OR REPLACE INTO recordings VALUES (?, ?, ?)", rows)

        self._database.post(work, lambda _: None, _lost)

    async def read(self, run_id: str) -> list[Entry]:
        """Return a run's recording; empty when there is none."""

        def work(connection: sqlite3.Connection) -> list[tuple[str]]:
            self._prepare(connection)
            return connection.execute(
                "SELECT body FROM recordings WHERE run_id = ? ORDER BY n", (run_id,)
            ).fetchall()

        return [Entry.read(body) for (body,) in await self._database.run(work)]

    async def forget(self, run_id: str) -> None:
        """Delete a run's recording."""

        def work(connection: sqlite3.Connection) -> None:
            self._prepare(connection)
            connection.execute("DELETE FROM recordings WHERE run_id = ?", (run_id,))

        await self._database.run(work)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not self._is_ready:
            for statement in _SCHEMA:
                connection.execute(statement)
            self._is_ready = True

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text


def _lost(error: Exception) -> None:
    logger.error("part of a recording could not be kept: %s", error)


class Tape:
    """Takes down one run. Entries are written in batches, each with the next that matters."""

    def __init__(self, store: RecordingStore, run_id: str, *, first: int = 0) -> None:
        self._store = store
        self._run_id = run_id
        self._next = first
        self._waiting: list[Entry] = []
        self.turns = 0
        """How many results have come back."""
        self._told = 0

    def note(self, entry: Entry, *, flush: bool = False) -> None:
        """Take down an entry; with `flush`, write all that waits."""
        if entry.boundary in TURNS:
            self.turns += 1
            entry = replace(entry, at=self._told)
        self._waiting.append(entry)
        if flush:
            self.flush()

    def hearing(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return `emit`, counting what it tells."""

        def told(event: Event) -> None:
            self._told += 1
            emit(event)

        return told

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            entries, self._waiting = self._waiting, []
            self._store.append(self._run_id, self._next, entries)
            self._next += len(entries)
