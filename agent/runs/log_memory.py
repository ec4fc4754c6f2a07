"""The event log in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from surefoot.events import Event
from surefoot.evidence import Evidence

from .log import ThreadKey
from .log_stamping import StampedThread, Stamping, evidence_in

_MOST_THREADS = 1_000
"""Threads whose events are kept; of more than these, those of the longest unused that rest go."""


class MemoryEventLog(Stamping):
    """A log that lives as long as its object. Numbers go on where a thread's events are gone."""

    def __init__(self, *, now: Callable[[], str], most_threads: int = _MOST_THREADS) -> None:
        super().__init__(now=now)
        self._events: dict[ThreadKey, list[Event]] = {}
        self._most_threads = most_threads
        self._numbers: dict[ThreadKey, tuple[int, int]] = {}
        """The last `seq` and the last evidence of threads whose events are gone."""

    async def open_thread(self, key: ThreadKey) -> int:
        self._open(key)
        return self._threads[key].evidence

    def _open(self, key: ThreadKey) -> None:
        if key in self._threads:
            self._threads[key] = self._threads.pop(key)  # The longest unused stand first.
        else:
            self._make_place()
            seq, evidence = self._numbers.pop(key, (0, 0))
            self._threads[key] = StampedThread(seq=seq, evidence=evidence, kept=seq)
        self._events.setdefault(key, [])

    def _make_place(self) -> None:
        """Make room for one more thread; those in which something goes on stay."""
        for key, thread in list(self._threads.items()):
            if len(self._threads) < self._most_threads:
                return
            if thread.can_go:
                self._numbers[key] = (thread.seq, thread.evidence)
                del self._threads[key], self._events[key]

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
        self._open(key)  # Many others may have been opened before its first event.
        thread = self._stamp(event, key, run_id)
        self._events[key].append(event)
        thread.tell(event)
        return event

    async def mend(self) -> None:
        """Nothing breaks in memory."""

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
        return evidence_in(event for event in self._events.get(key, ()) if event.run_id in run_ids)

    async def floor(self, key: ThreadKey) -> int:
        await self.open_thread(key)
        events = self._events[key]
        return events[0].seq - 1 if events else self._threads[key].seq

    async def erase(self, key: ThreadKey, *, through: int) -> None:
        await self.open_thread(key)
        self._threads[key].recent.clear()
        self._events[key] = [event for event in self._events[key] if event.seq > through]
