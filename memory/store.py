"""ChromaStore: LangGraph's long-term store in Chroma."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
    get_text_at_path,
    tokenize_path,
)

from .embeddings import Embedder
from .store_matching import Namespace, fits, require_keys, within

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where

_NEVER = 9e15
_PAGE = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    value: dict[str, Any]
    about: Mapping[str, Any]

    @property
    def namespace(self) -> Namespace:
        return tuple(json.loads(self.about["namespace"]))

    def shown(self, score: float | None = None) -> SearchItem:
        return SearchItem(
            value=self.value,
            key=json.loads(self.about["key"]),
            namespace=self.namespace,
            created_at=datetime.fromtimestamp(self.about["created"], UTC),
            updated_at=datetime.fromtimestamp(self.about["updated"], UTC),
            score=score,
        )


class ChromaStore(BaseStore):
    """Keeps items in a Chroma client, and finds them by meaning when an embedder is given.

    `fields` says which parts of a value are embedded; `$` is the whole of it. Times to live are in
    minutes. Safe to call from several threads. Deleted items leave their bytes on Chroma's disk.
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
        self._items = client.get_or_create_collection(f"{name}-items", embedding_function=None)
        self._vectors = client.get_or_create_collection(
            f"{name}-vectors",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )
        self._embedder = embedder
        self._fields = tuple(fields)
        self.ttl_config = ttl
        self._now = now
        self._lock = threading.RLock()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Answer every operation; the reads see the store as it was before the writes."""
        results: list[Result] = []
        puts: dict[tuple[Namespace, str], PutOp] = {}
        with self._lock:
            for op in ops:
                if isinstance(op, PutOp):
                    puts[(op.namespace, op.key)] = op
                    results.append(None)
                else:
                    results.append(self._read(op))
            if puts:
                self._put(list(puts.values()))
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what `batch` does, in a worker thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def sweep_ttl(self) -> int:
        """Delete the items whose time is over and return how many."""
        with self._lock:
            gone = self._items.get(where=_where("expires", "$lte", self._now()), include=[])["ids"]
            self._delete(gone)
        return len(gone)

    def _read(self, op: GetOp | SearchOp | ListNamespacesOp) -> Result:
        if isinstance(op, GetOp):
            return self._get(op)
        return self._search(op) if isinstance(op, SearchOp) else self._namespaces(op)

    def _get(self, op: GetOp) -> Item | None:
        found = self._kept(ids=[_id(op.namespace, op.key)])
        if op.refresh_ttl:
            self._refresh(found)
        return Item(**_fields_of(found[0].shown())) if found else None

    def _search(self, op: SearchOp) -> list[SearchItem]:
        require_keys(op.filter)
        scores = self._nearest(op) if op.query and self._embedder else {}
        items = [
            kept
            for kept in self._kept(where=_in(op.namespace_prefix))
            if fits(kept.value, op.filter)
        ]
        items.sort(key=lambda kept: -scores.get(kept.id, -2.0))
        page = items[op.offset : op.offset + op.limit]
        if op.refresh_ttl:
            self._refresh(page)
        return [kept.shown(scores.get(kept.id)) for kept in page]

    def _nearest(self, op: SearchOp) -> dict[str, float]:
        """Score items under the prefix by the best of their vectors."""
        assert self._embedder is not None
        if not (count := self._vectors.count()):
            return {}
        wanted = count if op.filter else min(count, 64 + 8 * (op.offset + op.limit))
        found = self._vectors.query(
            query_embeddings=self._embedder.embed([op.query or ""]),
            n_results=wanted,
            where=_in(op.namespace_prefix),
            include=["metadatas", "distances"],
        )
        scores: dict[str, float] = {}
        pairs = zip((found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0], strict=True)
        for about, distance in pairs:
            scores.setdefault(str(about["item"]), 1.0 - float(distance))
        return scores

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        found = {kept.namespace for kept in self._kept()}
        for condition in op.match_conditions or ():
            found = {each for each in found if within(each, condition)}
        if op.max_depth is not None:
            found = {each[: op.max_depth] for each in found}
        return sorted(found)[op.offset : op.offset + op.limit]

    def _kept(self, *, ids: list[str] | None = None, where: Where | None = None) -> list[_Kept]:
        live: Where = _where("expires", "$gt", self._now())
        found = self._items.get(
            ids=ids,
            where={"$and": [where, live]} if where else live,
            include=["documents", "metadatas"],
        )
        texts, labels = found["documents"] or [], found["metadatas"] or []
        return [
            _Kept(item, json.loads(text), about)
            for item, text, about in zip(found["ids"], texts, labels, strict=True)
        ]

    def _refresh(self, kept: Sequence[_Kept]) -> None:
        mortal = [each for each in kept if each.about["ttl"]]
        if mortal:
            now = self._now()
            self._items.update(
                ids=[each.id for each in mortal],
                metadatas=[{"expires": now + each.about["ttl"] * 60} for each in mortal],
            )

    def _put(self, ops: Sequence[PutOp]) -> None:
        ids = [_id(op.namespace, op.key) for op in ops]
        older = {each.id: each.about["created"] for each in self._kept(ids=ids)}
        for item, op in zip(ids, ops, strict=True):
            if op.value is None:
                self._delete([item])
            else:
                self._put_item(item, op, older.get(item))
                self._put_vectors(item, op)

    def _put_item(self, item: str, op: PutOp, created: float | None) -> None:
        now = self._now()
        default = (self.ttl_config or {}).get("default_ttl")
        ttl = op.ttl if isinstance(op.ttl, (int, float)) else default
        about: dict[str, Any] = {
            "namespace": json.dumps(op.namespace),
            "key": json.dumps(op.key),
            "created": now if created is None else created,
            "updated": now,
            "expires": now + ttl * 60 if ttl else _NEVER,
            "ttl": float(ttl or 0),
            **_prefixes(op.namespace),
        }
        self._items.upsert(
            ids=[item],
            documents=[json.dumps(op.value, ensure_ascii=False)],
            metadatas=[about],
            embeddings=np.array([[1.0, 0.0]], np.float32),
        )

    def _put_vectors(self, item: str, op: PutOp) -> None:
        self._vectors.delete(where=_where("item", "$eq", item))
        if self._embedder is None or op.index is False or op.value is None:
            return
        fields = self._fields if op.index is None else op.index
        texts = [text for f in fields for text in get_text_at_path(op.value, tokenize_path(f))]
        if texts:
            self._vectors.upsert(
                ids=[f"{item}:{at}" for at in range(len(texts))],
                embeddings=self._embedder.embed(texts),
                metadatas=[{"item": item, **_prefixes(op.namespace)} for _ in texts],
            )

    def _delete(self, ids: list[str]) -> None:
        for at in range(0, len(ids), _PAGE):
            page = ids[at : at + _PAGE]
            self._vectors.delete(where=_where("item", "$in", page))
            self._items.delete(ids=page)


def _fields_of(found: SearchItem) -> dict[str, Any]:
    names = ("value", "key", "namespace", "created_at", "updated_at")
    return {name: getattr(found, name) for name in names}


def _where(label: str, sign: str, value: object) -> Any:
    return {label: {sign: value}}


def _digest(parts: Sequence[str]) -> str:
    return sha256(json.dumps(list(parts)).encode()).hexdigest()


def _id(namespace: Namespace, key: str) -> str:
    return _digest([*namespace, key])


def _prefixes(namespace: Namespace) -> dict[str, str]:
    return {f"p{n}": _digest(namespace[:n]) for n in range(1, len(namespace) + 1)}


def _in(prefix: Namespace) -> Where | None:
    return {f"p{len(prefix)}": _digest(prefix)} if prefix else None
