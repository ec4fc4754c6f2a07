"""ChromaStore: LangGraph's long-term store in Chroma."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
)

from ..embeddings import Embedder
from .filters import conditions_of, fits, matches, require_keys
from .item_vectors import ItemVectors
from .items import NEVER, Items, Kept, within
from .labels import Namespace, item_id
from .purging import purging, was_broken_off

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where


class ChromaStore(BaseStore):
    """Keeps items in a Chroma client, and finds them by meaning when an embedder is given.

    `fields` says which parts of a value are embedded; `$` is the whole of it. Times to live are in
    minutes. What one `batch` writes becomes so at once, up to the client's largest batch (5,461
    items): a crash leaves all of it or nothing. Safe to call from several threads. Deleted items
    leave their bytes on Chroma's disk until `purge`; one that a crash broke off is done at opening.
    """

    supports_ttl = True

    def __init__(
        self,
        client: ClientAPI,
        *,
        embedder: Embedder | None = None,
        fields: Sequence[str] = ("$",),
        ttl: TTLConfig | None = None,
        name: str = "surefoot",
        now: Callable[[], float] = lambda: datetime.now(UTC).timestamp(),
    ) -> None:
        self._client = client
        self._name = name
        self._items = Items(client, f"{name}-items")
        self._vectors = ItemVectors(client, f"{name}-vectors", embedder) if embedder else None
        self._fields = tuple(fields)
        self.ttl_config = ttl
        self._now = now
        self._lock = threading.RLock()
        if was_broken_off(client, name):
            self.purge()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Answer every operation; the reads see the store as it was before the writes."""
        results: list[Result] = []
        puts: dict[str, PutOp] = {}
        with self._lock:
            for op in ops:
                if isinstance(op, PutOp):
                    puts[item_id(op.namespace, op.key)] = op
                    results.append(None)
                else:
                    results.append(self._read(op))
            if puts:
                self._put(puts)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what `batch` does, in a worker thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def sweep_ttl(self) -> int:
        """Delete the items whose time is over, which no read returns; return how many."""
        with self._lock:
            gone = self._items.expired(self._now())
            self._items.remove(gone)
            self._remove_vectors(gone)
        return len(gone)

    def reembed(self) -> None:
        """Make all vectors again, with this store's embedder."""
        if self._vectors is not None:
            with self._lock:
                self._vectors.renew(self._items.where(None))

    def everything(self) -> list[Item]:
        """Return all items, whichever namespace they lie in, in the order they came."""
        with self._lock:
            return [kept.item() for kept in self._live(self._items.where(None))]

    def rows(self) -> int:
        """Return how many items and namespaces are kept, without looking at them."""
        return self._items.rows()

    def purge(self) -> None:
        """Rid a `PersistentClient`'s files of items that were deleted, replaced or have expired.

        Vectors are copied, not made again; it takes about as long as copying what is kept. For a
        client without files nothing is left to be done. No other process may use the folder
        meanwhile. Raises `ConfigurationError` for a server's client.
        """
        with self._lock, purging(self._client, self._name):
            self.rewrite_without(())

    def rewrite_without(self, ids: Collection[str]) -> None:
        """Move all items but these to new collections, which take the place of the old ones.

        Repeatable after a crash. The bytes of the old ones lie in freed space of Chroma's files.
        """
        with self._lock:
            live = self._live(self._items.where(None))
            versions = {kept.id: kept.version for kept in live if kept.id not in ids}
            self._items.renew(kept for kept in live if kept.id in versions)
            if self._vectors is not None:
                self._vectors.keep_only(versions)

    def drop(self) -> None:
        """Delete all items with their vectors. The store cannot be used any more."""
        with self._lock:
            self._items.drop()
            if self._vectors is not None:
                self._vectors.drop()

    def _read(self, op: Op) -> Result:
        if isinstance(op, GetOp):
            return self._get(op)
        if isinstance(op, SearchOp):
            return self._search(op)
        if isinstance(op, ListNamespacesOp):
            return self._namespaces(op)
        raise ValueError(f"A store does not know the operation {op!r}.")

    def _get(self, op: GetOp) -> Item | None:
        live = self._live(self._items.named([item_id(op.namespace, op.key)]).values())
        if op.refresh_ttl:
            self._refresh(live)
        return live[0].item() if live else None

    def _search(self, op: SearchOp) -> list[SearchItem]:
        require_keys(op.filter)
        condition = _all([*_within(op.namespace_prefix), *conditions_of(op.filter)])
        ranked = self._nearest(op, condition) if op.query and self._vectors else {}
        page = [kept for kept, _ in list(ranked.values())[op.offset : op.offset + op.limit]]
        if len(page) < op.limit:  # what has no vector comes behind, in the order it was kept
            rest = (kept for kept in self._items.where(condition) if kept.id not in ranked)
            start = max(op.offset - len(ranked), 0)
            end = start + op.limit - len(page)
            page += islice((kept for kept in rest if self._answers(kept, op)), start, end)
        if op.refresh_ttl:
            self._refresh(page)
        scores = {item: score for item, (_, score) in ranked.items()}
        return [kept.found(scores.get(kept.id)) for kept in page]

    def _nearest(self, op: SearchOp, condition: Where | None) -> dict[str, tuple[Kept, float]]:
        """Return items with their score, best first; and more than asked for if at hand."""
        assert self._vectors is not None
        wanted = op.offset + op.limit
        ranked: dict[str, tuple[Kept, float]] = {}
        for scores in self._vectors.nearest(op.query or "", condition, wanted=wanted):
            kept = self._items.named(list(dict.fromkeys(item for item, _ in scores)))
            ranked = {
                item: (kept[item], score)
                for (item, version), score in scores.items()
                if item in kept and kept[item].version == version and self._answers(kept[item], op)
            }
            if len(ranked) >= wanted:
                break
        return ranked

    def _answers(self, kept: Kept, op: SearchOp) -> bool:
        return kept.is_live(self._now()) and fits(kept.value, op.filter)

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        self.sweep_ttl()
        conditions = op.match_conditions or ()
        found = set(self._items.spaces(max(map(_plain_start, conditions), key=len, default=())))
        for condition in conditions:
            found = {each for each in found if matches(each, condition)}
        if op.max_depth is not None:
            found = {each[: op.max_depth] for each in found}
        return sorted(found)[op.offset : op.offset + op.limit]

    def _live(self, kept: Iterable[Kept]) -> list[Kept]:
        now = self._now()
        return [each for each in kept if each.is_live(now)]

    def _refresh(self, kept: Sequence[Kept]) -> None:
        now = self._now()
        self._items.touch([replace(k, expires=now + k.ttl * 60) for k in kept if k.ttl])

    def _put(self, puts: Mapping[str, PutOp]) -> None:
        """Write vectors, then all items at once, then drop the vectors of what they replaced.

        A vector counts only for the item whose version it names, so a crash between these steps
        leaves nothing that a search would show.
        """
        older = self._items.named(list(puts))
        kept = [
            self._kept(op, older.get(item)) for item, op in puts.items() if op.value is not None
        ]
        gone = [older[item] for item, op in puts.items() if op.value is None and item in older]
        changed = [each for each in kept if _is_changed(each, older.get(each.id))]
        if self._vectors is not None:
            self._vectors.keep(changed)
        self._items.write(kept, gone, older)
        self._remove_vectors([*gone, *(older[each.id] for each in changed if each.id in older)])

    def _kept(self, op: PutOp, older: Kept | None) -> Kept:
        now = self._now()
        default = (self.ttl_config or {}).get("default_ttl")
        ttl = float((op.ttl if isinstance(op.ttl, (int, float)) else default) or 0)
        fields = self._fields if op.index is None else op.index or ()
        return Kept(
            namespace=op.namespace,
            key=op.key,
            value=dict(op.value or {}),
            fields=tuple(fields),
            created=now if older is None else older.created,
            updated=now,
            ttl=ttl,
            expires=now + ttl * 60 if ttl else NEVER,
        )

    def _remove_vectors(self, kept: Sequence[Kept]) -> None:
        if self._vectors is not None:
            self._vectors.remove(kept)


def _is_changed(kept: Kept, older: Kept | None) -> bool:
    return older is None or older.version != kept.version


def _within(prefix: Namespace) -> list[Where]:
    return [within(prefix)] if prefix else []


def _all(conditions: Sequence[Where]) -> Where | None:
    return {"$and": list(conditions)} if len(conditions) > 1 else next(iter(conditions), None)


def _plain_start(condition: MatchCondition) -> Namespace:
    """Return the parts of a prefix before its first wildcard; nothing of a suffix."""
    if condition.match_type != "prefix":
        return ()
    return tuple(takewhile(lambda part: part != "*", condition.path))
