"""The event log: one ordered list of events per thread, of which everything else is a view."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import NamedTuple, Protocol

from surefoot.errors import StorageError
from surefoot.events import Event
from surefoot.evidence import Evidence


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
        """Why some thread takes no more events, or None while all do."""
        ...

    @property
    def broken(self) -> frozenset[ThreadKey]:
        """The threads that take no more events, because one could not be kept."""
        ...

    def when_broken(self, told: Callable[[], None]) -> None:
        """Have `told` called whenever a thread has come to take no more events."""
        ...

    async def mend(self) -> None:
        """Let broken threads go on behind what was kept. Raises `StorageError` while none can.

        Nobody may be about to tell more of what was going on in them. What was not kept has been
        shown to no reader, so its places are given again.
        """
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
