"""The event log: one ordered list of events per thread, of which everything else is a view."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from surefoot.errors import StorageError
from surefoot.events import ContextRecalled, Event, StepFinished, parse_event

from .database import Database


class ThreadKey(NamedTuple):
    """A tenant's thread."""

    tenant: str
    thread_id: str


class EventLog(Protocol):
    """Stamps events once, keeps them, and lets anybody read them again or follow them."""

    async def open_thread(self, key: ThreadKey) -> int:
        """Make the thread ready for `append`; return how many pieces of evidence it has had."""
        ...

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        """Stamp `event` with its place, keep it, and return it. Raises `StorageError`."""
        ...

    async def read(
        self, key: ThreadKey, *, after: int = 0, run_id: str | None = None
    ) -> list[Event]:
        """Return the thread's events behind `after`, all or those of one run."""
        ...

    def follow(self, key: ThreadKey, *, after: int = 0) -> AsyncIterator[Event]:
        """Yield the events behind `after`, those kept first, then each as it comes, each once."""
        ...

    def last_seq(self, key: ThreadKey) -> int:
        """Return the `seq` of the newest event appended to an open thread."""
        ...


@dataclass(slots=True)
class _Thread:
    seq: int = 0
    evidence: int = 0
    events: list[Event] = field(default_factory=list[Event])
    """Kept by the log in memory only."""
    readers: set[asyncio.Queue[Event | StorageError]] = field(
        default_factory=set[asyncio.Queue[Event | StorageError]]
    )


class _Stamping:
    """What both logs share: places, stamps and readers."""

    def __init__(self, *, now: Callable[[], str]) -> None:
        self._now = now
        self._threads: dict[ThreadKey, _Thread] = {}

    def last_seq(self, key: ThreadKey) -> int:
        return self._threads[key].seq

    def _stamp(self, event: Event, key: ThreadKey, run_id: str) -> tuple[_Thread, Event]:
        thread = self._threads[key]
        thread.seq += 1
        thread.evidence = max(thread.evidence, _last_evidence(event))
        stamped = event.model_copy(
            update={
                "seq": thread.seq,
                "event_id": f"{run_id}-{thread.seq}",
                "run_id": run_id,
                "thread_id": key.thread_id,
                "tenant": key.tenant,
                "ts": self._now(),
            }
        )
        return thread, stamped


def _last_evidence(event: Event) -> int:
    if isinstance(event, StepFinished | ContextRecalled) and event.evidence:
        return int(event.evidence[-1].id[1:])
    return 0


class MemoryEventLog(_Stamping):
    """A log that lives as long as its object."""

    async def open_thread(self, key: ThreadKey) -> int:
        return self._threads.setdefault(key, _Thread()).evidence

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        thread, stamped = self._stamp(event, key, run_id)
        thread.events.append(stamped)
        for reader in thread.readers:
            reader.put_nowait(stamped)
        return stamped

    async def read(
        self, key: ThreadKey, *, after: int = 0, run_id: str | None = None
    ) -> list[Event]:
        thread = self._threads.get(key)
        events = thread.events[after:] if thread is not None else []
        return [e for e in events if run_id is None or e.run_id == run_id]

    async def follow(self, key: ThreadKey, *, after: int = 0) -> AsyncIterator[Event]:
        await self.open_thread(key)
        thread = self._threads[key]
        reader: asyncio.Queue[Event | StorageError] = asyncio.Queue()
        for event in thread.events[after:]:
            reader.put_nowait(event)
        thread.readers.add(reader)
        try:
            while True:
                event_ = await reader.get()
                if isinstance(event_, StorageError):
                    raise event_
                if event_.seq > after:
                    yield event_
        finally:
            thread.readers.discard(reader)


class SqliteEventLog(_Stamping):
    """A log in the database. Readers see an event once it is committed, never before."""

    def __init__(self, database: Database, *, now: Callable[[], str]) -> None:
        super().__init__(now=now)
        self._database = database
        self._broken: StorageError | None = None

    async def open_thread(self, key: ThreadKey) -> int:
        if key not in self._threads:
            found = await self._database.run(
                lambda c: c.execute(
                    "SELECT seq, evidence FROM threads WHERE tenant = ? AND thread_id = ?", key
                ).fetchone()
            )
            seq, evidence = found or (0, 0)
            self._threads.setdefault(key, _Thread(seq=seq, evidence=evidence))
        return self._threads[key].evidence

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        if self._broken is not None:
            raise self._broken
        thread, stamped = self._stamp(event, key, run_id)
        evidence = thread.evidence

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
                (*key, stamped.seq, stamped.run_id, stamped.type, stamped.model_dump_json()),
            )
            connection.execute(
                "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "seq = excluded.seq, evidence = excluded.evidence, "
                "updated_at = excluded.updated_at",
                (*key, stamped.seq, evidence, stamped.ts, stamped.ts),
            )

        def done(_: object) -> None:
            for reader in thread.readers:
                reader.put_nowait(stamped)

        self._database.post(write, done, self._fail)
        return stamped

    def _fail(self, error: Exception) -> None:
        """Stop taking events: one that could not be kept would leave a gap."""
        self._broken = (
            error
            if isinstance(error, StorageError)
            else StorageError(f"An event could not be kept: {error}.")
        )
        for thread in self._threads.values():
            for reader in thread.readers:
                reader.put_nowait(self._broken)

    async def read(
        self, key: ThreadKey, *, after: int = 0, run_id: str | None = None
    ) -> list[Event]:
        bodies = await self._database.run(
            lambda c: c.execute(
                "SELECT body FROM events WHERE tenant = ? AND thread_id = ? AND seq > ?"
                " AND (? IS NULL OR run_id = ?) ORDER BY seq",
                (*key, after, run_id, run_id),
            ).fetchall()
        )
        return [parse_event(body) for (body,) in bodies]

    async def follow(self, key: ThreadKey, *, after: int = 0) -> AsyncIterator[Event]:
        await self.open_thread(key)
        thread = self._threads[key]
        reader: asyncio.Queue[Event | StorageError] = asyncio.Queue()
        thread.readers.add(reader)
        last = after
        try:
            for event in await self.read(key, after=after):
                last = event.seq
                yield event
            while True:
                live = await reader.get()
                if isinstance(live, StorageError):
                    raise live
                if live.seq > last:
                    last = live.seq
                    yield live
        finally:
            thread.readers.discard(reader)
