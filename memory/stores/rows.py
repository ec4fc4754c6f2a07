"""Rows: texts with their labels in a Chroma collection, found by label and not by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from .renewing import drop, next_name, standing, take_place

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where

Labels = Mapping[str, str | int]
_BATCH = 2_000
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A text and what it is about."""

    id: str
    text: str
    about: Labels


class Rows:
    """A collection of rows. Chroma wants a vector for each: a tiny one made of the id.

    Texts lie among the labels: as documents they would fill an index of words nobody searches.
    """

    def __init__(self, client: ClientAPI, name: str) -> None:
        self._client = client
        self._name = name
        self._collection = standing(client, name) or client.get_or_create_collection(
            name, embedding_function=None
        )

    def one(self, row_id: str) -> Row | None:
        """Return the row with this id."""
        found = self._collection.get(ids=[row_id], include=["metadatas"])
        rows = _rows(found["ids"], found["metadatas"])
        return rows[0] if rows else None

    def where(self, labels: Labels) -> list[Row]:
        """Return the rows that carry all these labels, in no order."""
        found = self._collection.get(where=_all(labels), include=["metadatas"])
        return _rows(found["ids"], found["metadatas"])

    def put(self, rows: Sequence[Row]) -> None:
        """Keep rows, in the place of older ones."""
        self._write(rows, keep_older=False)

    def add(self, rows: Sequence[Row]) -> None:
        """Keep the rows whose ids are new."""
        self._write(rows, keep_older=True)

    def delete_where(self, labels: Labels) -> None:
        """Delete the rows that carry all these labels."""
        self._collection.delete(where=_all(labels))

    def rewrite(self) -> None:
        """Copy all rows to a collection that takes the place of this one.

        A crash meanwhile leaves all as they were.
        """
        drop(self._client, next_name(self._name))
        fresh = Rows(self._client, next_name(self._name))
        for at in count(0, _BATCH):
            page = self._collection.get(limit=_BATCH, offset=at, include=["metadatas"])
            if not page["ids"]:
                break
            fresh.put(_rows(page["ids"], page["metadatas"]))
        take_place(self._client, self._name, fresh._collection)
        self._collection = fresh._collection

    def _write(self, rows: Sequence[Row], *, keep_older: bool) -> None:
        write = self._collection.add if keep_older else self._collection.upsert
        for at in range(0, len(rows), _BATCH):
            batch = rows[at : at + _BATCH]
            write(
                ids=[row.id for row in batch],
                metadatas=[{**row.about, _TEXT: row.text} for row in batch],
                embeddings=np.array([_vector(row.id) for row in batch], np.float32),
            )


def _vector(row_id: str) -> tuple[float, float]:
    share = int(row_id[:8], 16) / 2**32
    return share, 1 - share


def _all(labels: Labels) -> Where | None:
    conditions: list[Where] = [{key: value} for key, value in labels.items()]
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _rows(ids: Sequence[str], labels: Sequence[Mapping[str, object]] | None) -> list[Row]:
    return [
        Row(row_id, str(about[_TEXT]), _labels(about))
        for row_id, about in zip(ids, labels or [], strict=True)
    ]


def _labels(metadata: Mapping[str, object]) -> Labels:
    return {k: v for k, v in metadata.items() if isinstance(v, (str, int)) and k != _TEXT}
