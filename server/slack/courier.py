"""The courier: takes questions out of the inbox and has each answered, whatever happens between."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from surefoot.errors import SurefootError

from .calls import Unclear
from .inbox import Inbox, Item

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
"""How often the inbox is looked into unasked, for what other replicas have let go."""
_TRIES = 5

Answer = Callable[[Item], Awaitable[str | None]]
"""Answers a question and returns the outcome, or None when it is to be taken up again later."""


class Courier:
    """Works through the inbox as long as it is open."""

    def __init__(
        self,
        inbox: Inbox,
        answer: Answer,
        *,
        tidy: Callable[[], None],
        most: int,
        lease_seconds: float,
        again_seconds: float,
    ) -> None:
        """`tidy` is done now and then, in a thread."""
        self._inbox = inbox
        self._tidy = tidy
        self._answer = answer
        self._most = most
        self._lease = lease_seconds
        self._again = again_seconds
        self._news = asyncio.Event()
        self._taking = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._troubles: Counter[int] = Counter()

    def open(self) -> None:
        """Begin to work."""
        self._loops = [
            asyncio.create_task(self._work(), name="slack courier"),
            asyncio.create_task(self._hold(), name="slack leases"),
        ]

    async def close(self) -> None:
        """Stop; what is not answered stays in the inbox and is free for others."""
        tasks = [*self._loops, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loops = []
        await self._inbox.let_go()

    def wake(self) -> None:
        """Say that there is something new in the inbox."""
        self._news.set()

    async def idle(self) -> None:
        """Wait until everything that was accepted is answered."""
        while not await self._inbox.is_empty():
            await self._take()
            tasks = list(self._tasks)
            if tasks:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(self._again / 10)

    async def _work(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._take()
            except SurefootError:
                logger.exception("the inbox cannot be read")
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._news.wait()

    async def _take(self) -> bool:
        """Begin with what may begin; return whether there was any."""
        async with self._taking:
            free = self._most - len(self._tasks)
            items = await self._inbox.claim(free) if free > 0 else []
            for item in items:
                task = asyncio.create_task(self._deliver(item), name=f"slack answer {item.id}")
                self._tasks.add(task)
                task.add_done_callback(self._ended)
        return bool(items)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake()

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                await self._inbox.renew()
                await asyncio.to_thread(self._tidy)
            except (SurefootError, sqlite3.Error):
                logger.exception("the inbox cannot be written")

    async def _deliver(self, item: Item) -> None:
        """Answer one question. What cannot be done now is tried again; the rest is given up."""
        try:
            outcome = await self._answer(item)
        except Unclear as error:
            logger.warning("Slack does not answer (%s); item %d waits", error, item.id)
            outcome = None
        except Exception:
            logger.exception("item %d of the inbox failed", item.id)
            self._troubles[item.id] += 1
            outcome = "failed" if self._troubles[item.id] >= _TRIES else None
        if outcome is None:
            await self._inbox.put_back(item, seconds=self._again)
        else:
            self._troubles.pop(item.id, None)
            await self._inbox.done(item, outcome)
