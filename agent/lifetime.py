"""The lifetime of an assistant: opened at its first use, closed once, never opened again."""

from __future__ import annotations

import asyncio

from surefoot.errors import ConfigurationError

from .forgetting import Forgetter
from .opening import Opened, Setup


class Lifetime:
    """Opens what an assistant is given, when it is first asked for, and closes it at the end."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._opening = asyncio.Lock()
        self._is_closed = False
        self.open: Opened | None = None
        """What exists now; None before and after."""

    async def opened(self) -> Opened:
        """Return what is open; take up what an earlier process left when it opens.

        Raises `ConfigurationError` when it has been closed.
        """
        if self.open is not None:
            return self.open
        async with self._opening:
            if self._is_closed:
                raise ConfigurationError("The assistant is closed; make a new one.")
            if self.open is None:
                opened = await self._setup.opened()
                await opened.engine.recover()
                self.open = opened
        return self.open

    async def forgetter(self) -> Forgetter:
        """Return who forgets. Raises `ConfigurationError` where the memory is somebody else's."""
        if (forgetter := (await self.opened()).forgetter) is None:
            raise ConfigurationError(
                "This assistant has no memory of its own; ask the memory that it was given."
            )
        return forgetter

    def already(self) -> Opened:
        """Return what is open. Raises `ConfigurationError` when nothing is."""
        if self.open is None:
            raise ConfigurationError("The assistant is not open; use `async with`.")
        return self.open

    async def close(self) -> None:
        """Stop what runs and let go of every task, file and thread."""
        self._is_closed = True
        async with self._opening:
            here, self.open = self.open, None
        if here is None:
            return
        await here.engine.close()
        if here.housekeeper is not None:
            await here.housekeeper.close()
        await here.layer.close()
        await self._setup.thread_files.close()
        await self._setup.rooms.close()
        await here.home.close()
