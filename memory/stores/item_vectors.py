"""Item vectors: the embedded texts of a store's items, each row naming the item it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING

import numpy as np

from ..embeddings import Embedder, made_by, require_made_by
from .items import Kept
from .labels import prefix_labels, value_labels
from .renewing import drop, next_name, standing, take_place

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import Where

_BATCH = 256
"""Texts that are embedded together."""
_FIRST = 64
_GROWS = 4


class ItemVectors:
    """One row for each embedded text of an item, under the item's id and version.

    Opened with its first use, when a collection of another model's vectors is refused.
    """

    def __init__(self, client: ClientAPI, name: str, embedder: Embedder) -> None:
        self._client = client
        self._name = name
        self._embedder = embedder
        self._opened: Collection | None = None

    def keep(self, kept: Iterable[Kept]) -> None:
        """Keep the vectors of items' texts."""
        self._fill(self._rows(), kept)

    def remove(self, kept: Sequence[Kept]) -> None:
        """Delete the vectors of these versions of items."""
        ids = [row for each in kept for row, _ in _texts(each)]
        for at in range(0, len(ids), _BATCH):
            self._rows().delete(ids=ids[at : at + _BATCH])

    def nearest(
        self, query: str, condition: Where | None, *, wanted: int
    ) -> Iterator[dict[tuple[str, str], float]]:
        """Yield ever more items, by id and version, with the similarity of their nearest text.

        Begins with some more than are wanted and ends when all that meet the condition are told.
        """
        rows = self._rows()
        vector, limit = self._embedder.embed([query]), _FIRST + _GROWS * wanted
        while True:
            found = rows.query(
                query_embeddings=vector,
                n_results=limit,
                where=condition,
                include=["metadatas", "distances"],
            )
            scores: dict[tuple[str, str], float] = {}
            metadatas, distances = found["metadatas"] or [[]], found["distances"] or [[]]
            for about, distance in zip(metadatas[0], distances[0], strict=True):
                item = (str(about["item"]), str(about["version"]))
                scores.setdefault(item, 1.0 - float(distance))
            yield scores
            if len(found["ids"][0]) < limit:
                return
            limit *= _GROWS

    def renew(self, kept: Iterable[Kept]) -> None:
        """Make all vectors again. A crash meanwhile leaves the old ones as they were."""
        drop(self._client, next_name(self._name))
        fresh = self._created(next_name(self._name))
        self._fill(fresh, kept)
        self._opened = None
        take_place(self._client, self._name, fresh)

    def keep_only(self, versions: Mapping[str, str]) -> None:
        """Copy the vectors of these versions, by item id, to a collection that replaces this one.

        A crash meanwhile leaves the old one as it was.
        """
        rows = self._rows()
        drop(self._client, next_name(self._name))
        fresh = self._created(next_name(self._name))
        for at in count(0, _BATCH):
            page = rows.get(limit=_BATCH, offset=at, include=["embeddings", "metadatas"])
            if not page["ids"]:
                break
            about = page["metadatas"] or []
            stays = [i for i, a in enumerate(about) if versions.get(str(a["item"])) == a["version"]]
            if stays:
                fresh.upsert(
                    ids=[page["ids"][i] for i in stays],
                    embeddings=np.asarray(page["embeddings"], np.float32)[stays],
                    metadatas=[about[i] for i in stays],
                )
        self._opened = None
        take_place(self._client, self._name, fresh)

    def drop(self) -> None:
        """Delete all vectors."""
        self._opened = None
        drop(self._client, next_name(self._name))
        drop(self._client, self._name)

    def _rows(self) -> Collection:
        if self._opened is None:
            found = standing(self._client, self._name)
            opened = found if found is not None else self._created(self._name)
            require_made_by(self._embedder, opened.metadata, self._name)
            self._opened = opened
        return self._opened

    def _fill(self, rows: Collection, kept: Iterable[Kept]) -> None:
        texts = ((row, text, each) for each in kept for row, text in _texts(each))
        while batch := list(islice(texts, _BATCH)):
            rows.upsert(
                ids=[row for row, _, _ in batch],
                embeddings=self._embedder.embed([text for _, text, _ in batch]),
                metadatas=[_about(each) for _, _, each in batch],
            )

    def _created(self, name: str) -> Collection:
        return self._client.create_collection(
            name,
            embedding_function=None,
            metadata=made_by(self._embedder),
            configuration={"hnsw": {"space": "cosine", "num_threads": 1}},
        )


def _texts(kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield the id of a vector's row and the text it stands for."""
    for n, text in enumerate(kept.texts()):
        yield f"{kept.id}:{kept.version}:{n}", text


def _about(kept: Kept) -> dict[str, str | float]:
    labels = {**prefix_labels(kept.namespace), **value_labels(kept.value)}
    return {"item": kept.id, "version": kept.version, **labels}
