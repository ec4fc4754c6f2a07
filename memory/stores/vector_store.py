"""StoreVectors: a namespace of a ChromaStore as LangChain's VectorStore."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langgraph.store.base import GetOp, Item, PutOp

from .store import ChromaStore

_TEXT = "page_content"


class StoreVectors(VectorStore):
    """Documents as items, found by the meaning of their text.

    For LangChain programs that keep their documents beside what LangGraph remembers: times to
    live, namespaces and the check of the embedding model are the store's.
    """

    def __init__(self, store: ChromaStore, *, namespace: tuple[str, ...] = ("documents",)) -> None:
        self._store = store
        self._namespace = namespace

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Keep texts, in the place of those with the same id, in one write; return their ids."""
        told = list(texts)
        about = metadatas or [{} for _ in told]
        keys = [key or uuid4().hex for key in ids or [None] * len(told)]
        self._store.batch(
            PutOp(self._namespace, key, {_TEXT: text, "metadata": metadata}, index=[_TEXT])
            for key, text, metadata in zip(keys, told, about, strict=True)
        )
        return keys

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete documents by id; those that are missing are no trouble."""
        self._store.batch(PutOp(self._namespace, key, None) for key in ids or ())
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents with these ids that exist."""
        found = self._store.batch(GetOp(self._namespace, key) for key in dict.fromkeys(ids))
        return [_document(item) for item in found if isinstance(item, Item)]

    def similarity_search(
        self,
        query: str,
        k: int = 4,
        *,
        filter: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """Return the `k` documents nearest to a query whose metadata fits the filter."""
        return [each for each, _ in self.similarity_search_with_score(query, k, filter=filter)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        *,
        filter: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[tuple[Document, float]]:
        """Return documents with their cosine similarity to the query, best first."""
        wanted = {"metadata": filter} if filter else None
        found = self._store.search(self._namespace, query=query, filter=wanted, limit=k)
        return [(_document(item), item.score) for item in found if item.score is not None]

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> StoreVectors:
        """Refuse: the store says where documents are kept and which model embeds them."""
        raise NotImplementedError(
            "Make a `ChromaStore` with its embedder, then `StoreVectors(store).add_texts(texts)`."
        )


def _document(item: Item) -> Document:
    return Document(id=item.key, page_content=item.value[_TEXT], metadata=item.value["metadata"])
