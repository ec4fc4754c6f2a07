"""The event log in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import islice

from surefoot.errors import StorageError
from surefoot.events import Event, parse_event
from surefoot.evidence import Evidence

from .database import Database
from .log import ThreadKey
from .log_stamping import StampedThread, Stamping, evidence_in

_MOST_THREADS = 10_000
"""Threads at hand; of more than these, the longest unused that rest are read again when needed."""


class SqliteEventLog(Stamping):
    """A log in the database. Readers see an event once it is committed, never before."""

    def __init__(
        self, database: Database, *, now: Callable[[], str], most_threads: int = _MOST_THREADS
    ) -> None:
        super().__init__(now=now)
        self._database = database
        self._most_threads = most_threads

    async def open_thread(self, key: ThreadKey) -> int:
        if key in self._threads:
            self._threads[key] = self._threads.pop(key)  # The longest unused stand first.
        else:
            self._make_place()
            found = await self._database.run(
                lambda c: c.execute(
                    "SELECT seq, evidence FROM threads WHERE tenant = ? AND thread_id = ?", key
                ).fetchone()
            )
            seq, evidence = found or (0, 0)
            self._threads.setdefault(key, StampedThread(seq=seq, evidence=evidence, kept=seq))
        return self._threads[key].evidence

    def _make_place(self) -> None:
        for key in list(islice(self._threads, max(len(self._threads) - self._most_threads, 0))):
            if self._threads[key].can_go:
                del self._threads[key]

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        if self._broken is not None:
            raise self._broken
        thread = self._stamp(event, key, run_id)
        evidence = thread.evidence

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
                (*key, event.seq, event.run_id, event.type, event.model_dump_json()),
            )
            connection.execute(
                "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "seq = excluded.seq, evidence = excluded.evidence, "
                "updated_at = excluded.updated_at",
                (*key, event.seq, evidence, event.ts, event.ts),
            )

        def done(_: object) -> None:
            thread.tell(event)

        self._database.post(write, done, self._fail)
        return event

    def _fail(self, error: Exception) -> None:
        """Stop taking events: one that could not be kept would leave a gap."""
        self._broken = (
            error
            if isinstance(error, StorageError)
            else StorageError(f"An event could not be kept: {error}.")
        )
        for thread in self._threads.values():
            for reader in thread.readers:
                reader.set()

    async def read(
        self,
        key: ThreadKey,
        *,
        after: int = 0,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        bodies = await self._database.run(
            lambda c: c.execute(
                "SELECT body FROM events WHERE tenant = ? AND thread_id = ? AND seq > ?"
                " AND (? IS NULL OR run_id = ?) ORDER BY seq LIMIT ?",
                (*key, after, run_id, run_id, -1 if limit is None else limit),
            ).fetchall()
        )
        return [parse_event(body) for (body,) in bodies]

    async def evidence(self, key: ThreadKey, run_ids: Sequence[str]) -> list[tuple[str, Evidence]]:
        asked = ", ".join("?" * len(run_ids))
        bodies = await self._database.run(
            lambda c: c.execute(
                f"SELECT body FROM events WHERE run_id IN ({asked}) AND tenant = ?"
                " AND thread_id = ? AND type IN ('step.finished', 'context.recalled') ORDER BY seq",
                (*run_ids, *key),
            ).fetchall()
        )
        return evidence_in(parse_event(body) for (body,) in bodies)

    async def floor(self, key: ThreadKey) -> int:
        await self.open_thread(key)
        # Both in one look: an event that comes in between must not seem to have been erased.
        first, last = await self._database.run(
            lambda c: c.execute(
                "SELECT (SELECT min(seq) FROM events WHERE tenant = ?1 AND thread_id = ?2), "
                "(SELECT seq FROM threads WHERE tenant = ?1 AND thread_id = ?2)",
                key,
            ).fetchone()
        )
        return int(last or 0) if first is None else int(first) - 1

    async def erase(self, key: ThreadKey, *, through: int) -> None:
        await self.open_thread(key)
        self._threads[key].recent.clear()
        await self._database.run(
            lambda c: c.execute(
                "DELETE FROM events WHERE tenant = ? AND thread_id = ? AND seq <= ?",
                (*key, through),
            )
        )
