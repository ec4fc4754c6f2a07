"""The event log: one ordered list of events per thread, of which everything else is a view."""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol

from surefoot.errors import StorageError
from surefoot.events import TERMINAL, ContextRecalled, Event, StepFinished, parse_event
from surefoot.evidence import Evidence

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
        self,
        key: ThreadKey,
        *,
        after: int = 0,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return the thread's first `limit` events behind `after`, all or those of one run."""
        ...

    def follow(self, key: ThreadKey, *, after: int = 0) -> AsyncGenerator[Event]:
        """Yield the events behind `after`, those kept first, then each as it comes, each once.

        A reader that is slow holds up nobody and takes no memory: it reads from what is kept.
        """
        ...

    def batches(
        self, key: ThreadKey, *, after: int = 0, idle_seconds: float | None = None
    ) -> AsyncGenerator[Sequence[Event]]:
        """Do what `follow` does, with all events at once that are there.

        A batch is empty when nothing has come for `idle_seconds`.
        """
        ...

    async def evidence(self, key: ThreadKey, run_ids: Sequence[str]) -> list[tuple[str, Evidence]]:
        """Return what these runs of the thread have found, each with its run, in order."""
        ...

    def release(self, key: ThreadKey | None = None) -> None:
        """End all following of one thread or, for the program's end, of all."""
        ...

    def drop_recent(self) -> None:
        """Let go of the events at hand, because what is kept has changed; readers read that."""
        ...

    @property
    def trouble(self) -> StorageError | None:
        """Why no more events are taken, or None while they are."""
        ...

    def last_seq(self, key: ThreadKey) -> int:
        """Return the `seq` of the newest event appended to an open thread."""
        ...

    async def floor(self, key: ThreadKey) -> int:
        """Return the last `seq` that has been erased; all events behind it are there."""
        ...

    async def erase(self, key: ThreadKey, *, through: int) -> None:
        """Erase the events up to `through`. Their numbers are not given again."""
        ...


_BATCH = 64
_RECENT = 256
_MOST_THREADS = 10_000
"""Threads at hand; of more than these, the longest unused that rest are read again when needed."""


@dataclass(slots=True)
class _Thread:
    seq: int = 0
    evidence: int = 0
    kept: int = 0
    """The newest `seq` that readers may see."""
    recent: deque[Event] = field(default_factory=lambda: deque[Event](maxlen=_RECENT))
    """The newest events, while a run goes on or somebody reads."""
    readers: set[asyncio.Event] = field(default_factory=set[asyncio.Event])
    """Set when there is something new."""
    rests: bool = True
    """False from a run's first event until its last."""

    @property
    def can_go(self) -> bool:
        """True when nothing is lost with it: all it knows is kept, and nobody reads."""
        return self.rests and self.kept == self.seq and not self.readers

    def tell(self, event: Event) -> None:
        """Let readers see an event."""
        self.kept = event.seq
        self.recent.append(event)
        if event.type in TERMINAL:
            self.rest()
        for reader in self.readers:
            reader.set()

    def rest(self) -> None:
        """Let go of the newest events when nobody is about to read them."""
        if not self.readers:
            self.recent.clear()

    def recent_after(self, seq: int) -> list[Event]:
        """Return the events right behind `seq`, or none when they are no longer at hand."""
        recent = self.recent
        if not recent or recent[0].seq > seq + 1:
            return []
        return [event for event in recent if event.seq > seq]


class _Stamping(ABC):
    """What both logs share: places, stamps and readers."""

    def __init__(self, *, now: Callable[[], str]) -> None:
        self._now = now
        self._threads: dict[ThreadKey, _Thread] = {}
        self._broken: StorageError | None = None
        self._released = False

    def release(self, key: ThreadKey | None = None) -> None:
        self._released = self._released or key is None
        for thread in self._threads.values() if key is None else [self._threads[key]]:
            for reader in thread.readers:
                reader.set()
            thread.readers.clear()

    def drop_recent(self) -> None:
        for thread in self._threads.values():
            thread.recent.clear()

    @property
    def trouble(self) -> StorageError | None:
        return self._broken

    def __contains__(self, key: ThreadKey) -> bool:
        """Return whether a thread is at hand."""
        return key in self._threads

    def last_seq(self, key: ThreadKey) -> int:
        return self._threads[key].seq

    async def follow(self, key: ThreadKey, *, after: int = 0) -> AsyncGenerator[Event]:
        async with aclosing(self.batches(key, after=after)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def batches(
        self, key: ThreadKey, *, after: int = 0, idle_seconds: float | None = None
    ) -> AsyncGenerator[Sequence[Event]]:
        await self.open_thread(key)
        thread = self._threads[key]
        news = asyncio.Event()
        thread.readers.add(news)
        last = after
        try:
            while news in thread.readers and not self._released:
                news.clear()
                if self._broken is not None:
                    raise self._broken
                if thread.kept <= last:
                    if not await _set_within(news, idle_seconds):
                        yield ()
                    continue
                upto = thread.kept
                events = thread.recent_after(last) or await self.read(key, after=last, limit=_BATCH)
                last = events[-1].seq if events else upto
                if events:
                    yield events
        finally:
            thread.readers.discard(news)
            if thread.recent and thread.recent[-1].type in TERMINAL:
                thread.rest()

    @abstractmethod
    async def open_thread(self, key: ThreadKey) -> int: ...

    @abstractmethod
    async def read(
        self,
        key: ThreadKey,
        *,
        after: int = 0,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]: ...

    def _stamp(self, event: Event, key: ThreadKey, run_id: str) -> _Thread:
        """Give the event its place; it belongs to this log from now on."""
        thread = self._threads[key]
        thread.seq += 1
        thread.rests = event.type in TERMINAL
        if isinstance(event, StepFinished | ContextRecalled):
            thread.evidence = max(thread.evidence, _last_evidence(event))
        event.put(
            seq=thread.seq,
            event_id=f"{run_id}-{thread.seq}",
            run_id=run_id,
            thread_id=key.thread_id,
            tenant=key.tenant,
            ts=self._now(),
        )
        return thread


async def _set_within(news: asyncio.Event, seconds: float | None) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False


def _last_evidence(event: StepFinished | ContextRecalled) -> int:
    return int(event.evidence[-1].id[1:]) if event.evidence else 0


def _found(events: Iterable[Event]) -> list[tuple[str, Evidence]]:
    return [
        (event.run_id, item)
        for event in events
        if isinstance(event, StepFinished | ContextRecalled)
        for item in event.evidence
    ]


class MemoryEventLog(_Stamping):
    """A log that lives as long as its object."""

    def __init__(self, *, now: Callable[[], str]) -> None:
        super().__init__(now=now)
        self._events: dict[ThreadKey, list[Event]] = {}

    async def open_thread(self, key: ThreadKey) -> int:
        self._events.setdefault(key, [])
        return self._threads.setdefault(key, _Thread()).evidence

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        thread = self._stamp(event, key, run_id)
        self._events[key].append(event)
        thread.tell(event)
        return event

    async def read(
        self,
        key: ThreadKey,
        *,
        after: int = 0,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        events = self._events.get(key, [])
        erased = events[0].seq - 1 if events else 0
        behind = islice(events, max(after - erased, 0), None)
        return list(islice((e for e in behind if run_id is None or e.run_id == run_id), limit))

    async def evidence(self, key: ThreadKey, run_ids: Sequence[str]) -> list[tuple[str, Evidence]]:
        return _found(event for event in self._events.get(key, ()) if event.run_id in run_ids)

    async def floor(self, key: ThreadKey) -> int:
        await self.open_thread(key)
        events = self._events[key]
        return events[0].seq - 1 if events else self._threads[key].seq

    async def erase(self, key: ThreadKey, *, through: int) -> None:
        await self.open_thread(key)
        self._threads[key].recent.clear()
        self._events[key] = [event for event in self._events[key] if event.seq > through]


class SqliteEventLog(_Stamping):
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
            self._threads.setdefault(key, _Thread(seq=seq, evidence=evidence, kept=seq))
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
        return _found(parse_event(body) for (body,) in bodies)

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
