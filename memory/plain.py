"""Plain memory: words only, nothing on disk, for tests and for programs that end soon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .clock import utc_now
from .database import IN_MEMORY
from .diary import Diary
from .meaning import NoMeaning
from .own import OwnMemory
from .transcript import Window

T = TypeVar("T")


class PlainMemory(OwnMemory):
    """Remembers until it is closed and recalls by shared words. For one event loop."""

    def __init__(self, *, clock: Callable[[], str] = utc_now, window: Window | None = None) -> None:
        self._diary = Diary(Path(IN_MEMORY), NoMeaning(), clock=clock, window=window or Window())

    async def close(self) -> None:
        """Forget everything."""
        self._diary.close()

    async def _do(self, work: Callable[[Diary], T]) -> T:
        return work(self._diary)

    def _soon(self, work: Callable[[Diary], object]) -> None:
        work(self._diary)
