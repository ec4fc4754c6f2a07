"""Calling: tries again, waits for a turn, and gives known results again."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from surefoot.errors import ConfigurationError, ToolError

from .tool import Arguments, CallContext, ToolOutput

Run = Callable[[Arguments, CallContext], Awaitable[ToolOutput]]

PASSING = "temporary"
"""The code of a `ToolError` for what may work if it is tried again."""
_MOST_CACHED = 256
_LONGEST_WAIT = 10.0


class Calling:
    """A tool's `run` with retries, a limit on calls at once, and a cache."""

    def __init__(
        self,
        run: Run,
        *,
        attempts: int = 1,
        wait_seconds: float = 0.5,
        concurrency: int | None = None,
        cache_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if attempts < 1 or (concurrency is not None and concurrency < 1):
            raise ConfigurationError("`attempts` and `concurrency` must be at least 1.")
        self._run = run
        self._attempts = attempts
        self._wait_seconds = wait_seconds
        self._concurrency = concurrency
        self._cache_seconds = cache_seconds
        self._monotonic = monotonic
        self._cache: OrderedDict[str, tuple[float, ToolOutput]] = OrderedDict()
        self._gate: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    @property
    def repeats(self) -> bool:
        """True when a call may be tried more than once."""
        return self._attempts > 1

    @property
    def caches(self) -> bool:
        """True when results are kept."""
        return self._cache_seconds > 0

    @property
    def does_more(self) -> bool:
        """False when the tool may as well be run directly."""
        return self.repeats or self.caches or self._concurrency is not None

    async def __call__(self, args: Arguments, context: CallContext) -> ToolOutput:
        """Run the tool, or return what it gave for equal arguments a short while ago."""
        if not self.caches:
            return await self._turn(args, context)
        scope = context.scope
        key = json.dumps([scope.tenant, scope.user, args], sort_keys=True)
        now = self._monotonic()
        if (kept := self._cache.get(key)) is not None and now < kept[0]:
            self._cache.move_to_end(key)
            return kept[1]
        output = await self._turn(args, context)
        self._cache[key] = (now + self._cache_seconds, output)
        self._cache.move_to_end(key)
        while len(self._cache) > _MOST_CACHED:
            self._cache.popitem(last=False)
        return output

    async def _turn(self, args: Arguments, context: CallContext) -> ToolOutput:
        if self._concurrency is None:
            return await self._try(args, context)
        async with self._place(self._concurrency):
            return await self._try(args, context)

    @asynccontextmanager
    async def _place(self, concurrency: int) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        if self._gate is None or self._gate[0] is not loop:
            self._gate = (loop, asyncio.Semaphore(concurrency))
        async with self._gate[1]:
            yield

    async def _try(self, args: Arguments, context: CallContext) -> ToolOutput:
        for attempt in range(1, self._attempts):
            try:
                return await self._run(args, context)
            except (ConnectionError, TimeoutError, ToolError) as error:
                if isinstance(error, ToolError) and error.code != PASSING:
                    raise
            await asyncio.sleep(min(self._wait_seconds * 2 ** (attempt - 1), _LONGEST_WAIT))
        return await self._run(args, context)
