"""Meaning: which kept texts mean something near to a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .chroma import ChromaVectors
from .embeddings import Embedder


class Meaning(Protocol):
    """Texts by row number, in collections, compared by what they mean."""

    def put(self, collection: str, texts: Mapping[int, str]) -> None:
        """Keep texts under their rows."""
        ...

    def nearest(self, collection: str, query: str, *, limit: int) -> dict[int, float]:
        """Return the nearest rows with their cosine similarity, best first."""
        ...

    def erase(self, gone: Mapping[str, Sequence[int]]) -> None:
        """Delete rows, whole collections where none are named, and every byte of them."""
        ...

    def clear(self) -> None:
        """Delete everything, whichever embedder made it."""
        ...

    def close(self) -> None:
        """Let go of every file."""
        ...


class ChromaMeaning:
    """Meaning as an embedder sees it, with vectors in Chroma."""

    def __init__(self, vectors: ChromaVectors, embedder: Embedder) -> None:
        self._vectors = vectors
        self._embedder = embedder

    def put(self, collection: str, texts: Mapping[int, str]) -> None:
        """Keep texts under their rows."""
        if texts:
            rows = self._embedder.embed(list(texts.values()))
            self._vectors.put(collection, list(texts), rows)

    def nearest(self, collection: str, query: str, *, limit: int) -> dict[int, float]:
        """Return the nearest rows with their cosine similarity, best first."""
        if not self._vectors.has(collection):
            return {}
        return self._vectors.nearest(collection, self._embedder.embed([query]), limit=limit)

    def erase(self, gone: Mapping[str, Sequence[int]]) -> None:
        """Delete rows, whole collections where none are named, and every byte of them."""
        for collection, rows in gone.items():
            if rows:
                self._vectors.rewrite_without(collection, rows)
            else:
                self._vectors.drop(collection)
        self._vectors.erase()

    def clear(self) -> None:
        """Delete everything, whichever embedder made it."""
        self._vectors.clear()

    def close(self) -> None:
        """Let go of every file."""
        self._vectors.close()


class NoMeaning:
    """For memory without an embedding model: only words count."""

    def put(self, collection: str, texts: Mapping[int, str]) -> None:
        """Keep nothing."""

    def nearest(self, collection: str, query: str, *, limit: int) -> dict[int, float]:
        """Find nothing."""
        return {}

    def erase(self, gone: Mapping[str, Sequence[int]]) -> None:
        """Have nothing to delete."""

    def clear(self) -> None:
        """Have nothing to delete."""

    def close(self) -> None:
        """Hold no file."""
