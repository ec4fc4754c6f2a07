"""Chroma: the vectors of this room on disk, in collections of rows with numbers.

Only vectors lie here. The texts they stand for are in SQLite, which is the truth: whatever Chroma
loses can be made again from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from surefoot.errors import StorageError

from .chroma_place import ChromaPlace, place_at
from .embeddings import Embedder, Vectors, made_by, require_made_by

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

T = TypeVar("T")

_BATCH = 2_000
_MOVED = 100
"""Rows that are moved in one step, which takes about 80 ms of a processor."""
_OPEN_COLLECTIONS = 512
_COMPARED = 1_000
"""Rows that are compared with a query one by one, which takes 30 ms."""
_LOOKED_AT = 400
"""Rows the index looks for among some: of the best 50 of 100,000 it finds 99.5 %, with 50 92 %."""
_WRITTEN_OUT = 200
"""Vectors after which Chroma writes its index out. Each write costs more the more are not written
out: of Chroma's own 1,000, the last took three times the first, and writing them out over 100 ms.
"""
_NEXT = "-next"
"""Ends the name of a collection that is about to take another's place."""


class ChromaVectors:
    """Vectors in named collections, each made by one embedding model.

    Vectors have length 1, so their inner product is their cosine similarity, and they are stored
    to the bit as they were made: an erasure can be checked by looking for their bytes.
    For one thread, and in a folder for one process at a time: another would see an older state.
    With `server`, the address of a Chroma server, the vectors lie there and the folder only says
    which of its collections are ours.
    """

    def __init__(self, folder: Path, embedder: Embedder, *, server: str | None = None) -> None:
        self._place = place_at(folder, server)
        self._embedder = embedder
        self._client: Client | None = None
        self._prefix = ""
        self._collections: dict[str, Collection] = {}

    def has(self, collection: str) -> bool:
        """True when something was kept in the collection."""
        with _storage_errors(self._place):
            return self._existing(collection) is not None

    def put(self, collection: str, rows: Sequence[int], vectors: Vectors) -> None:
        """Keep a vector for each row, in the place of an older one."""
        with _storage_errors(self._place):
            self._put(collection, rows, vectors)

    def nearest(
        self, collection: str, vector: Vectors, *, limit: int, among: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Return the rows nearest to a vector, best first, with their cosine similarity.

        With `among`, rows that are all there, only those are looked at.
        """
        with _storage_errors(self._place):
            found = self._upon(collection, lambda source: _nearest(source, vector, limit, among))
        return found or {}

    def remove(self, collection: str, rows: Sequence[int]) -> None:
        """Take rows out. Their bytes stay on disk until the collection is dropped and erased."""
        with _storage_errors(self._place):
            for at in range(0, len(rows), _BATCH):
                ids = [str(row) for row in rows[at : at + _BATCH]]
                self._upon(collection, _deletion(ids))

    def kept(self, collection: str, rows: Sequence[int]) -> dict[int, Vectors]:
        """Return the vectors of those of these rows that have one."""
        found: dict[int, Vectors] = {}
        with _storage_errors(self._place):
            for at in range(0, len(rows), _BATCH):
                ids = [str(row) for row in rows[at : at + _BATCH]]
                if (page := self._upon(collection, _lookup(ids))) is not None:
                    found |= page
        return found

    def rewrite_without(self, collection: str, rows: Sequence[int]) -> None:
        """Move all other rows to a new collection, which then takes the name of the old one.

        A crash at any point leaves one of the two whole under a name where it is found.
        """
        for _ in self.rewriting(collection, rows):
            pass

    def rewriting(self, collection: str, rows: Sequence[int] = ()) -> Iterator[None]:
        """Do what `rewrite_without` does in steps, between which other calls may only read."""
        gone, at, moved = set(rows), 0, True
        with _storage_errors(self._place):
            self._existing(collection)  # so that what took its place in a crash is not dropped
            self._drop(collection + _NEXT)
        while moved:
            with _storage_errors(self._place):
                moved = self._move(collection, gone, at)
            at += _MOVED
            yield
        with _storage_errors(self._place):
            self._drop(collection)
            self._existing(collection)

    def _move(self, collection: str, gone: Set[int], at: int) -> bool:
        """Copy one stretch of a collection to the one that replaces it; False at its end."""
        page = self._upon(
            collection, lambda source: source.get(include=["embeddings"], limit=_MOVED, offset=at)
        )
        if page is None or not page["ids"]:
            return False
        stays = [i for i, row in enumerate(page["ids"]) if int(row) not in gone]
        if stays:
            vectors = np.asarray(page["embeddings"], np.float32)[stays]
            self._put(collection + _NEXT, [int(page["ids"][i]) for i in stays], vectors)
        return True

    def drop(self, collection: str) -> None:
        """Take a whole collection out, whoever made it. Its bytes stay on disk until `erase`."""
        with _storage_errors(self._place):
            self._drop(collection)
            self._drop(collection + _NEXT)

    def clear(self) -> None:
        """Take every collection out."""
        with _storage_errors(self._place):
            names = [each.name for each in self._opened().list_collections()]
            for name in names:
                if name.startswith(self._prefix):
                    self._drop(name.removeprefix(self._prefix))

    def erase(self) -> None:
        """Rid the folder of the bytes of every dropped collection."""
        self.close()
        self._place.clean()

    def close(self) -> None:
        """Let go of every file and thread; the next call opens them again."""
        self._collections.clear()
        if self._client is not None:
            self._place.close(self._client)
            self._client = None

    def _opened(self) -> Client:
        if self._client is None:
            self._prefix = self._place.prefix()
            self._client = self._place.open()
        return self._client

    def _put(self, name: str, rows: Sequence[int], vectors: Vectors) -> None:
        made = self._created(name) if self._existing(name) is None else None
        for at in range(0, len(rows), _BATCH):
            ids = [str(row) for row in rows[at : at + _BATCH]]
            batch = np.ascontiguousarray(vectors[at : at + _BATCH])
            self._upon(name, _write(ids, batch))
        if made is not None:
            self._place.settle(str(made.id))

    def _upon(self, name: str, work: Callable[[Collection], T]) -> T | None:
        """Return what `work` makes of a collection, None when there is none.

        Another process may have put a new one in the place of the one that is known here.
        """
        from chromadb.errors import NotFoundError

        if (known := self._existing(name)) is None:
            return None
        try:
            return work(known)
        except NotFoundError:
            self._collections.pop(name, None)
            fresh = self._existing(name)
            return None if fresh is None else work(fresh)

    def _drop(self, name: str) -> None:
        from chromadb.errors import NotFoundError

        self._collections.pop(name, None)
        with suppress(NotFoundError):
            self._opened().delete_collection(self._prefix + name)

    def _existing(self, name: str) -> Collection | None:
        if (known := self._collections.get(name)) is not None:
            return known
        if (found := self._found(name)) is not None:
            return self._checked(found)
        if name.endswith(_NEXT) or (rewritten := self._found(name + _NEXT)) is None:
            return None
        self._collections.pop(name + _NEXT, None)
        rewritten.modify(name=self._prefix + name)
        return self._checked(rewritten)

    def _found(self, name: str) -> Collection | None:
        from chromadb.errors import NotFoundError

        try:
            client = self._opened()
            return client.get_collection(self._prefix + name, embedding_function=None)
        except NotFoundError:
            return None

    def _created(self, name: str) -> Collection:
        client = self._opened()
        made = client.create_collection(
            self._prefix + name,
            embedding_function=None,
            metadata=made_by(self._embedder),
            configuration={
                "hnsw": {"space": "ip", "num_threads": 1, "sync_threshold": _WRITTEN_OUT}
            },
        )
        return self._checked(made)

    def _checked(self, collection: Collection) -> Collection:
        require_made_by(self._embedder, collection.metadata, str(self._place))
        if len(self._collections) >= _OPEN_COLLECTIONS:
            self._collections.pop(next(iter(self._collections)))
        self._collections[collection.name.removeprefix(self._prefix)] = collection
        return collection


def _nearest(
    source: Collection, vector: Vectors, limit: int, among: Sequence[int] | None
) -> dict[int, float]:
    """Return what is nearest in a collection, or among some rows of it."""
    if among is not None and len(among) <= _COMPARED:
        return _compared(source, vector, limit, among)
    found = source.query(  # asking for more than there are is no error, and counting takes longer
        query_embeddings=vector,
        ids=None if among is None else [str(row) for row in among],
        n_results=limit if among is None else max(limit, _LOOKED_AT),
        include=["distances"],
    )
    distances = (found["distances"] or [[]])[0][:limit]
    pairs = zip(found["ids"][0], distances, strict=False)
    return {int(row): 1.0 - float(distance) for row, distance in pairs}


def _compared(
    source: Collection, vector: Vectors, limit: int, among: Sequence[int]
) -> dict[int, float]:
    """Compare each row with the vector: for few rows quicker than the index, and exact."""
    if not among:
        return {}
    found = source.get(ids=[str(row) for row in among], include=["embeddings"])
    if not found["ids"]:
        return {}
    likeness = np.asarray(found["embeddings"], np.float32) @ vector[0]
    best = np.argsort(-likeness, kind="stable")[:limit]
    return {int(found["ids"][i]): float(likeness[i]) for i in best}


def _lookup(ids: list[str]) -> Callable[[Collection], dict[int, Vectors]]:
    def found(source: Collection) -> dict[int, Vectors]:
        page = source.get(ids=ids, include=["embeddings"])
        vectors = np.asarray(page["embeddings"], np.float32)
        return {int(row): vector for row, vector in zip(page["ids"], vectors, strict=True)}

    return found


def _deletion(ids: list[str]) -> Callable[[Collection], object]:
    return lambda target: target.delete(ids=ids)


def _write(ids: list[str], vectors: Vectors) -> Callable[[Collection], object]:
    return lambda target: target.upsert(ids=ids, embeddings=vectors)


@contextmanager
def _storage_errors(place: ChromaPlace) -> Iterator[None]:
    """Say as ours what Chroma raises."""
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError) as error:
        raise StorageError(
            f"The vectors in {str(place)!r} cannot be read or written: {error}. "
            "Check free space and permissions; `reembed` makes them again from the texts."
        ) from error
