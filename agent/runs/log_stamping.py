"""Stamping: what both logs share: places, stamps and readers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from surefoot.errors import StorageError
from surefoot.events import TERMINAL, ContextRecalled, Event, StepFinished
from surefoot.evidence import Evidence

from .log import ThreadKey

_BATCH = 64
_RECENT = 256


@dataclass(slots=True)
class StampedThread:
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


class Stamping(ABC):
    """What both logs share: places, stamps and readers."""

    def __init__(self, *, now: Callable[[], str]) -> None:
        self._now = now
        self._threads: dict[ThreadKey, StampedThread] = {}
        self._broken: dict[ThreadKey, StorageError] = {}
        self._when_broken: Callable[[], None] = _nobody
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
        return next(iter(self._broken.values()), None)

    @property
    def broken(self) -> frozenset[ThreadKey]:
        return frozenset(self._broken)

    def when_broken(self, told: Callable[[], None]) -> None:
        self._when_broken = told

    def __contains__(self, key: ThreadKey) -> bool:
        """Return whether a thread is at hand."""
        return key in self._threads

    def last_seq(self, key: ThreadKey) -> int:
        thread = self._threads[key]
        return thread.kept if key in self._broken else thread.seq

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
                if (trouble := self._broken.get(key)) is not None:
                    raise trouble
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

    def _stamp(self, event: Event, key: ThreadKey, run_id: str) -> StampedThread:
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


def _nobody() -> None:
    """Tell nobody."""


async def _set_within(news: asyncio.Event, seconds: float | None) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False


def _last_evidence(event: StepFinished | ContextRecalled) -> int:
    return int(event.evidence[-1].id[1:]) if event.evidence else 0


def evidence_in(events: Iterable[Event]) -> list[tuple[str, Evidence]]:
    """Return what events tell was found, each with its run."""
    return [
        (event.run_id, item)
        for event in events
        if isinstance(event, StepFinished | ContextRecalled)
        for item in event.evidence
    ]
