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
            seq, evidence = await self._kept(key)
            self._threads.setdefault(key, StampedThread(seq=seq, evidence=evidence, kept=seq))
        return self._threads[key].evidence

    async def _kept(self, key: ThreadKey) -> tuple[int, int]:
        """Return the last `seq` that is kept and how many pieces of evidence there are."""
        found: tuple[int, int] | None = await self._database.run(
            lambda c: c.execute(
                "SELECT seq, evidence FROM threads WHERE tenant = ? AND thread_id = ?", key
            ).fetchone()
        )
        return found or (0, 0)

    def _make_place(self) -> None:
        for key in list(islice(self._threads, max(len(self._threads) - self._most_threads, 0))):
            if self._threads[key].can_go:
                del self._threads[key]

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        if (trouble := self._broken.get(key)) is not None:
            raise trouble
        thread = self._stamp(event, key, run_id)
        evidence = thread.evidence

        def write(connection: sqlite3.Connection) -> None:
            _advance(connection, key, event, evidence)
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
                (*key, event.seq, event.run_id, event.type, event.model_dump_json()),
            )

        def done(_: object) -> None:
            thread.tell(event)

        def failed(error: Exception) -> None:
            self._break(key, error)

        self._database.post(write, done, failed, run_id=run_id)
        return event

    def _break(self, key: ThreadKey, error: Exception) -> None:
        """Take no more events of a thread: one that could not be kept would leave a gap."""
        if key in self._broken:
            return
        self._broken[key] = (
            error
            if isinstance(error, StorageError)
            else StorageError(f"An event could not be kept: {error}.")
        )
        for reader in self._threads[key].readers:
            reader.set()
        self._when_broken()

    async def mend(self) -> None:
        keys, lost = self.broken, self._database.lost()
        await self._database.check_room()
        for key in keys:
            thread = self._threads[key]
            thread.seq, thread.evidence = await self._kept(key)
            thread.kept = thread.seq
            thread.rests = True
            del self._broken[key]
        self._database.forgive(lost)

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


def _advance(connection: sqlite3.Connection, key: ThreadKey, event: Event, evidence: int) -> None:
    """Count an event in its thread. Raises `StorageError` when the one before it is not there."""
    moved = connection.execute(
        "UPDATE threads SET seq = ?, evidence = ?, updated_at = ?"
        " WHERE tenant = ? AND thread_id = ? AND seq = ?",
        (event.seq, evidence, event.ts, *key, event.seq - 1),
    )
    if moved.rowcount:
        return
    if event.seq > 1:
        raise StorageError(f"The event before {event.seq} in {key.thread_id!r} is not kept.")
    connection.execute(
        "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?)",
        (*key, event.seq, evidence, event.ts, event.ts),
    )
