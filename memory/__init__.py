"""Memory: what the assistant remembers and the documents it can look things up in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .memory import Memory, Recalled

if TYPE_CHECKING:
    from .chroma import ChromaVectors
    from .chroma_memory import ChromaMemory
    from .documents import Document, DocumentIndex, Failure, IngestReport, Section
    from .documents.chunks import chunks_of
    from .documents.index import ChromaDocuments
    from .documents.reading import document_of, is_document
    from .embeddings import Embedder
    from .facts import Fact
    from .langchain_embedder import LangChainEmbedder
    from .minilm import MiniLM
    from .plain import PlainMemory
    from .stores.async_store import AsyncChromaStore
    from .stores.saver import ChromaSaver
    from .stores.store import ChromaStore
    from .transcript import Window

_HOMES = {
    "AsyncChromaStore": "stores.async_store",
    "ChromaDocuments": "documents.index",
    "ChromaMemory": "chroma_memory",
    "ChromaSaver": "stores.saver",
    "ChromaStore": "stores.store",
    "ChromaVectors": "chroma",
    "Document": "documents",
    "DocumentIndex": "documents",
    "Embedder": "embeddings",
    "Fact": "facts",
    "Failure": "documents",
    "IngestReport": "documents",
    "LangChainEmbedder": "langchain_embedder",
    "MiniLM": "minilm",
    "PlainMemory": "plain",
    "Section": "documents",
    "Window": "transcript",
    "chunks_of": "documents.chunks",
    "document_of": "documents.reading",
    "is_document": "documents.reading",
}

__all__ = [
    "AsyncChromaStore",
    "ChromaDocuments",
    "ChromaMemory",
    "ChromaSaver",
    "ChromaStore",
    "ChromaVectors",
    "Document",
    "DocumentIndex",
    "Embedder",
    "Fact",
    "Failure",
    "IngestReport",
    "LangChainEmbedder",
    "Memory",
    "MiniLM",
    "PlainMemory",
    "Recalled",
    "Section",
    "Window",
    "chunks_of",
    "document_of",
    "is_document",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
