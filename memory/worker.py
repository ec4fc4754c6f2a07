"""A worker: one thread for blocking work, so that the event loop stays free."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from surefoot.errors import StorageError, SurefootError

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """Runs blocking calls one after the other in a thread of its own, started when first needed.

    What runs there needs no locks. A caller that is cancelled stops waiting; its call goes on to
    its end, so that nothing is left half done.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._executor: ThreadPoolExecutor | None = None
        self._closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns."""
        call = partial(self._call, partial(work, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._started(), call)

    def soon(self, work: Callable[[], object]) -> None:
        """Do `work` behind what was asked for before it, and log it when it fails."""
        self._started().submit(self._try, work)

    async def close(self, last: Callable[[], None] = lambda: None) -> None:
        """Run what is waiting, then `last`, and end the thread. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        if (executor := self._executor) is None:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(executor, last)
        finally:
            executor.shutdown(wait=True)

    def _started(self) -> ThreadPoolExecutor:
        if self._closed:
            raise StorageError(f"{self._name!r} is closed; open it again to use it.")
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        return self._executor

    def _try(self, work: Callable[[], object]) -> None:
        try:
            self._call(work)
        except SurefootError as error:
            logger.warning("%s left something undone, which it does later: %s", self._name, error)

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.Error as error:
            raise StorageError(
                f"{self._name!r} cannot read or write its database: {error}. "
                "Check free space and permissions, and that no other process has it open."
            ) from error
