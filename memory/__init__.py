"""Memory: what the assistant remembers and the documents it can look things up in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .memory import Memory, Recalled

if TYPE_CHECKING:
    from .chroma_memory import ChromaMemory
    from .documents import Document, DocumentIndex, IngestReport
    from .documents.index import ChromaDocuments
    from .embeddings import Embedder
    from .facts import Fact
    from .minilm import MiniLM
    from .plain import PlainMemory
    from .transcript import Window

_HOMES = {
    "ChromaDocuments": ".documents.index",
    "ChromaMemory": ".chroma_memory",
    "Document": ".documents",
    "DocumentIndex": ".documents",
    "Embedder": ".embeddings",
    "Fact": ".facts",
    "IngestReport": ".documents",
    "MiniLM": ".minilm",
    "PlainMemory": ".plain",
    "Window": ".transcript",
}

__all__ = [
    "ChromaDocuments",
    "ChromaMemory",
    "Document",
    "DocumentIndex",
    "Embedder",
    "Fact",
    "IngestReport",
    "Memory",
    "MiniLM",
    "PlainMemory",
    "Recalled",
    "Window",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value
