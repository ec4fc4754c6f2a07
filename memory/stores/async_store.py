"""AsyncChromaStore: the store for an event loop, writing together what comes together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from langgraph.store.base import Op, Result
from langgraph.store.base.batch import AsyncBatchedBaseStore

from .store import ChromaStore


class AsyncChromaStore(AsyncBatchedBaseStore):
    """Gathers the operations of one tick of the event loop into one `batch` of a `ChromaStore`.

    Made inside a running loop. Its synchronous methods are for other threads: in the loop's own
    they raise `asyncio.InvalidStateError` instead of blocking it.
    """

    supports_ttl = True

    def __init__(self, store: ChromaStore) -> None:
        super().__init__()
        self.ttl_config = store.ttl_config
        self._store = store

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Answer every operation; the reads see the store as it was before the writes."""
        return await self._store.abatch(ops)

    async def sweep_ttl(self) -> int:
        """Delete the items whose time is over, which no read returns; return how many."""
        return await asyncio.to_thread(self._store.sweep_ttl)

    async def purge(self) -> None:
        """Rid the files of what was deleted; see `ChromaStore.purge`."""
        await asyncio.to_thread(self._store.purge)
