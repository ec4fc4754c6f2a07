"""Items: what a store keeps, and the namespaces it keeps them in, as rows of one collection."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import numpy as np
from langgraph.store.base import Item, SearchItem, get_text_at_path, tokenize_path

from .labels import Namespace, compared, item_id, prefix_labels, space_labels, value_labels
from .renewing import drop, next_name, standing, take_place

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where

_PAGE = 500
_GONE = 0.0
"""When a deleted item expired."""
NEVER = math.inf
_PATH = "path"
"""The label that makes a row a namespace and no item."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """An item as it lies in the collection. Times are seconds since 1970."""

    namespace: Namespace
    key: str
    value: dict[str, Any]
    fields: tuple[str, ...]
    """The parts of the value that are embedded."""
    created: float
    updated: float
    ttl: float = 0.0
    """Minutes; 0 for an item that stays."""
    expires: float = NEVER
    labels: tuple[str, ...] = ()
    """The names under which anything stands in its row."""

    @property
    def id(self) -> str:
        return item_id(self.namespace, self.key)

    @property
    def version(self) -> str:
        """Which vectors are this item's: those of any other version are left-overs."""
        return sha256(json.dumps([self.value, self.fields]).encode()).hexdigest()[:32]

    def texts(self) -> list[str]:
        """Return what of it is embedded."""
        return [
            text for field in self.fields for text in get_text_at_path(self.value, _path(field))
        ]

    def is_live(self, now: float) -> bool:
        """True unless its time is over."""
        return self.expires > now

    def item(self) -> Item:
        """Return it as LangGraph's item."""
        return Item(
            value=self.value,
            key=self.key,
            namespace=self.namespace,
            created_at=datetime.fromtimestamp(self.created, UTC),
            updated_at=datetime.fromtimestamp(self.updated, UTC),
        )

    def found(self, score: float | None = None) -> SearchItem:
        """Return it as what a search finds."""
        return SearchItem(
            namespace=self.namespace,
            key=self.key,
            value=self.value,
            created_at=datetime.fromtimestamp(self.created, UTC),
            updated_at=datetime.fromtimestamp(self.updated, UTC),
            score=score,
        )


class Items:
    """Items with their labels. What one call of `write` is given becomes so at once."""

    def __init__(self, client: ClientAPI, name: str) -> None:
        self._client = client
        self._name = name
        self._rows = standing(client, name) or client.get_or_create_collection(
            name, embedding_function=None
        )
        self._batch = client.get_max_batch_size()

    def named(self, ids: Sequence[str]) -> dict[str, Kept]:
        """Return those of these items that exist, expired ones among them."""
        found: dict[str, Kept] = {}
        for at in range(0, len(ids), _PAGE):
            page = self._rows.get(ids=list(ids[at : at + _PAGE]), include=["metadatas"])
            labels = page["metadatas"] or []
            found |= {row: _kept(about) for row, about in zip(page["ids"], labels, strict=True)}
        return found

    def where(self, condition: Where | None) -> Iterator[Kept]:
        """Yield the items that meet a condition, page by page, in the order they came."""
        for at in count(0, _PAGE):
            page = self._rows.get(where=condition, limit=_PAGE, offset=at, include=["metadatas"])
            for about in page["metadatas"] or []:
                if _PATH not in about:
                    yield _kept(about)
            if len(page["ids"]) < _PAGE:
                return

    def write(self, kept: Sequence[Kept], gone: Sequence[Kept], older: Mapping[str, Kept]) -> None:
        """Keep items in the place of older ones and delete others, all at once.

        What is deleted is first written as expired, since Chroma takes no deletion together with
        other writes; the rows go right after.
        """
        rows: dict[str, Mapping[str, Any]] = {
            _space_id(space): _about_space(space) for space in {each.namespace for each in kept}
        }
        for each in kept:
            labels = older[each.id].labels if each.id in older else ()
            rows[each.id] = {**dict.fromkeys(labels), **_about(each)}
        rows |= {each.id: {"expires": _GONE} for each in gone}
        self._upsert(rows)
        self.remove(gone)

    def touch(self, kept: Sequence[Kept]) -> None:
        """Note new times of expiry."""
        if kept:
            self._rows.update(
                ids=[each.id for each in kept],
                metadatas=[{"expires": each.expires} for each in kept],
            )

    def remove(self, gone: Sequence[Kept]) -> None:
        """Delete the rows of items, and of the namespaces that they leave empty."""
        for at in range(0, len(gone), _PAGE):
            self._rows.delete(ids=[each.id for each in gone[at : at + _PAGE]])
        for space in {each.namespace for each in gone}:
            if self._is_empty(space):
                self._rows.delete(ids=[_space_id(space)])
                if not self._is_empty(space):  # another process has just put something there
                    self._upsert({_space_id(space): _about_space(space)})

    def renew(self, kept: Iterable[Kept]) -> None:
        """Keep only these, in a new collection. A crash meanwhile leaves all as they were."""
        drop(self._client, next_name(self._name))
        fresh = Items(self._client, next_name(self._name))
        rest = iter(kept)
        while page := list(islice(rest, _PAGE)):
            fresh.write(page, (), {})
        take_place(self._client, self._name, fresh._rows)
        self._rows = fresh._rows

    def drop(self) -> None:
        """Delete all items."""
        drop(self._client, next_name(self._name))
        drop(self._client, self._name)

    def rows(self) -> int:
        """Return how many items and namespaces there are."""
        return self._rows.count()

    def expired(self, now: float) -> list[Kept]:
        """Return the items whose time is over."""
        return list(self.where(compared("expires", "$lte", now)))

    def spaces(self, prefix: Namespace) -> list[Namespace]:
        """Return the namespaces that begin with a prefix."""
        condition: Where = {"kind": "namespace"}
        if prefix:
            label = f"sp{len(prefix)}"
            condition = {"$and": [condition, {label: space_labels(prefix)[label]}]}
        found = self._rows.get(where=condition, include=["metadatas"])
        return [tuple(json.loads(str(about[_PATH]))) for about in found["metadatas"] or []]

    def _is_empty(self, space: Namespace) -> bool:
        """True when no item lies in the namespace itself; those below it do not count."""
        found = self._rows.get(where={"space": _space_id(space)}, limit=1, include=[])
        return not found["ids"]

    def _upsert(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        ids = list(rows)
        for at in range(0, len(ids), self._batch):
            page = ids[at : at + self._batch]
            self._rows.upsert(
                ids=page,
                metadatas=[dict(rows[row]) for row in page],
                embeddings=np.array([_place(row) for row in page], np.float32),
            )


def within(prefix: Namespace) -> Where:
    """Return the condition that an item's namespace begins with a prefix, which is not empty."""
    depth = f"p{len(prefix)}"
    return {depth: prefix_labels(prefix)[depth]}


def _path(field: str) -> str | list[str]:
    return field if field == "$" else tokenize_path(field)


def _about(kept: Kept) -> dict[str, Any]:
    about: dict[str, Any] = {
        "namespace": json.dumps(kept.namespace),
        "key": json.dumps(kept.key),
        "value": json.dumps(kept.value),
        "created": kept.created,
        "updated": kept.updated,
        "fields": json.dumps(kept.fields),
        "space": _space_id(kept.namespace),
        **prefix_labels(kept.namespace),
        **value_labels(kept.value),
    }
    if kept.ttl:
        about |= {"ttl": kept.ttl, "expires": kept.expires}
    return about


def _kept(about: Mapping[str, Any]) -> Kept:
    return Kept(
        namespace=tuple(json.loads(about["namespace"])),
        key=json.loads(about["key"]),
        value=json.loads(about["value"]),
        fields=tuple(json.loads(about["fields"])),
        created=about["created"],
        updated=about["updated"],
        ttl=about.get("ttl", 0.0),
        expires=about.get("expires", NEVER),
        labels=tuple(about),
    )


def _about_space(space: Namespace) -> dict[str, Any]:
    return {"kind": "namespace", _PATH: json.dumps(space), **space_labels(space)}


def _space_id(space: Namespace) -> str:
    return f"space-{item_id(space, '')}"


def _place(row: str) -> tuple[float, float]:
    """Return a vector for a row, which Chroma wants to have one; rows apart, lest they pile up."""
    share = int(row[-8:], 16) / 2**32
    return share, 1 - share
