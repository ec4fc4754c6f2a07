"""Mending: threads whose events could not be kept go on by themselves once they can be again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from surefoot.errors import StorageError

from .log import EventLog, ThreadKey

logger = logging.getLogger(__name__)


class Mender:
    """Tries now and then to go on, until everything does."""

    def __init__(
        self,
        log: EventLog,
        *,
        leave: Callable[[ThreadKey], Awaitable[None]],
        go_on: Callable[[], Awaitable[object]],
        seconds: float,
    ) -> None:
        """`leave` ends what goes on in a thread; `go_on` takes up what was left."""
        self._log = log
        self._leave = leave
        self._go_on = go_on
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Try from now on, until it works."""
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="mending")

    async def _work(self) -> None:
        is_done = False
        try:
            while not is_done:
                await asyncio.sleep(self._seconds)
                is_done = await self._mend() and not self._log.broken
        finally:
            self._task = None

    async def _mend(self) -> bool:
        """Return whether all that was broken goes on."""
        try:
            for key in self._log.broken:
                await self._leave(key)
            await self._log.mend()
            await self._go_on()
        except StorageError as error:
            logger.warning("events still cannot be kept: %s", error)
            return False
        logger.warning("events can be kept again; what was left is taken up")
        return True

    async def close(self) -> None:
        """Try no more."""
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])
