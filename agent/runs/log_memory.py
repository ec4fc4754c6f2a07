"""The event log in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from surefoot.events import Event
from surefoot.evidence import Evidence

from .log import ThreadKey
from .log_stamping import StampedThread, Stamping, evidence_in


class MemoryEventLog(Stamping):
    """A log that lives as long as its object."""

    def __init__(self, *, now: Callable[[], str]) -> None:
        super().__init__(now=now)
        self._events: dict[ThreadKey, list[Event]] = {}

    async def open_thread(self, key: ThreadKey) -> int:
        self._events.setdefault(key, [])
        return self._threads.setdefault(key, StampedThread()).evidence

    def append(self, event: Event, key: ThreadKey, run_id: str) -> Event:
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
