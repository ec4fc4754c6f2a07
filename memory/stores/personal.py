"""Personal stores: a store for each person in one place, out of reach of everybody else's."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from langgraph.store.base import Item

from surefoot.scope import Scope

from ..chroma_place import Passing, place_at
from ..embeddings import Embedder
from ..worker import Worker
from .store import ChromaStore

if TYPE_CHECKING:
    from chromadb.api.client import Client

T = TypeVar("T")

_OPEN_STORES = 256


class PersonalStores:
    """LangGraph's store for the people of all tenants, in a folder; without one, in memory.

    Each person has collections of their own, so that no namespace leads to somebody else's items
    and all of a person's can be erased. With `chroma`, the address of a Chroma server, they lie
    there. Nothing is opened before the first call, and all work happens in one thread that ends
    with `close`. What was acknowledged is on disk. One process at a time may use the folder.
    """

    def __init__(
        self, folder: Path | None, *, embedder: Embedder, chroma: str | None = None
    ) -> None:
        self._folder = folder
        self._place = Passing() if folder is None else place_at(folder, chroma)
        self._embedder = embedder
        self._worker = Worker("surefoot-store")
        self._client: Client | None = None
        self._stores: dict[str, ChromaStore] = {}

    async def do(self, scope: Scope, work: Callable[[ChromaStore], T]) -> T:
        """Return what `work` makes of a person's store, in which no call of another comes between.

        What it is handed may not be used afterwards.
        """
        return await self._worker.run(lambda: work(self._store(scope)))

    async def everything(self, scope: Scope) -> list[Item]:
        """Return all items of a person."""
        return await self._worker.run(lambda: self._everything(scope))

    async def erase(self, scope: Scope, ids: Collection[str] | None) -> None:
        """Erase items of a person by `item_id`, or all with None, and all bytes of deleted ones.

        Can be done again after a crash.
        """
        await self._worker.run(lambda: self._erase(scope, ids))

    async def close(self) -> None:
        """Finish what is running and let go of every thread and file."""
        await self._worker.close(self._close)

    def _store(self, scope: Scope) -> ChromaStore:
        name = _name(scope)
        if name not in self._stores:
            if self._client is None:
                self._client = self._place.open()
            if len(self._stores) >= _OPEN_STORES:
                self._stores.pop(next(iter(self._stores)))
            store = ChromaStore(
                self._client, embedder=self._embedder, name=f"{self._place.prefix()}{name}"
            )
            store.sweep_ttl()
            self._stores[name] = store
        return self._stores[name]

    def _everything(self, scope: Scope) -> list[Item]:
        return self._store(scope).everything() if self._is_used() else []

    def _erase(self, scope: Scope, ids: Collection[str] | None) -> None:
        if not self._is_used():
            return
        if ids is None:
            self._store(scope).drop()
        elif ids:
            self._store(scope).rewrite_without(ids)
        if self._folder is not None:
            self._close()
            self._place.clean()
        else:
            self._stores.clear()

    def _is_used(self) -> bool:
        """True when anything may have been kept; without, no Chroma is opened to look."""
        return self._client is not None or (self._folder is not None and self._folder.exists())

    def _close(self) -> None:
        self._stores.clear()
        if self._client is not None:
            self._place.close(self._client)
            self._client = None


def _name(scope: Scope) -> str:
    """Return the name of a person's collections, which says nothing of them."""
    return sha256(json.dumps([scope.tenant, scope.user]).encode()).hexdigest()[:40]
