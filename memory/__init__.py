"""Memory: what the assistant remembers and the documents it can look things up in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .memory import Memory, Recalled

if TYPE_CHECKING:
    from .chroma import ChromaVectors
    from .chroma_memory import ChromaMemory
    from .claims import asks_for_everything, asks_for_history
    from .cross_encoder import CrossEncoder
    from .diary import Matches, Unread
    from .documents import Document, DocumentIndex, Failure, IngestReport, Section
    from .documents.chunks import chunks_of
    from .documents.index import ChromaDocuments
    from .documents.kinds import is_data, is_document
    from .documents.reading import document_of
    from .embeddings import Embedder
    from .facts import Fact, Learned
    from .fusion import Weights
    from .kinds import FactKind
    from .langchain_embedder import LangChainEmbedder
    from .minilm import MiniLM
    from .openai_embedder import OpenAIEmbedder
    from .own import OwnMemory
    from .plain import PlainMemory
    from .reranking import Reranker
    from .retention import Retention
    from .scanning import Scan, needles_of, needles_of_vectors, scan_files
    from .stores.async_store import AsyncChromaStore
    from .stores.labels import item_id
    from .stores.personal import PersonalStores
    from .stores.saver import ChromaSaver
    from .stores.store import ChromaStore
    from .stores.vector_store import StoreVectors
    from .summaries import Overdue
    from .transcript import Kept, Window
    from .words import stems, words_of

_HOMES = {
    "AsyncChromaStore": "stores.async_store",
    "ChromaDocuments": "documents.index",
    "ChromaMemory": "chroma_memory",
    "ChromaSaver": "stores.saver",
    "ChromaStore": "stores.store",
    "ChromaVectors": "chroma",
    "CrossEncoder": "cross_encoder",
    "Document": "documents",
    "DocumentIndex": "documents",
    "Embedder": "embeddings",
    "Fact": "facts",
    "FactKind": "kinds",
    "Failure": "documents",
    "IngestReport": "documents",
    "Kept": "transcript",
    "LangChainEmbedder": "langchain_embedder",
    "Learned": "facts",
    "Matches": "diary",
    "MiniLM": "minilm",
    "Overdue": "summaries",
    "OwnMemory": "own",
    "OpenAIEmbedder": "openai_embedder",
    "PersonalStores": "stores.personal",
    "PlainMemory": "plain",
    "Reranker": "reranking",
    "Retention": "retention",
    "Scan": "scanning",
    "Section": "documents",
    "Unread": "diary",
    "StoreVectors": "stores.vector_store",
    "Weights": "fusion",
    "Window": "transcript",
    "asks_for_everything": "claims",
    "asks_for_history": "claims",
    "chunks_of": "documents.chunks",
    "document_of": "documents.reading",
    "is_data": "documents.kinds",
    "is_document": "documents.kinds",
    "item_id": "stores.labels",
    "needles_of": "scanning",
    "needles_of_vectors": "scanning",
    "scan_files": "scanning",
    "stems": "words",
    "words_of": "words",
}

__all__ = [
    "AsyncChromaStore",
    "ChromaDocuments",
    "ChromaMemory",
    "ChromaSaver",
    "ChromaStore",
    "ChromaVectors",
    "CrossEncoder",
    "Document",
    "DocumentIndex",
    "Embedder",
    "Fact",
    "FactKind",
    "Failure",
    "IngestReport",
    "Kept",
    "LangChainEmbedder",
    "Learned",
    "Matches",
    "Memory",
    "MiniLM",
    "OpenAIEmbedder",
    "Overdue",
    "OwnMemory",
    "PersonalStores",
    "PlainMemory",
    "Recalled",
    "Reranker",
    "Retention",
    "Scan",
    "Section",
    "StoreVectors",
    "Unread",
    "Weights",
    "Window",
    "asks_for_everything",
    "asks_for_history",
    "chunks_of",
    "document_of",
    "is_data",
    "is_document",
    "item_id",
    "needles_of",
    "needles_of_vectors",
    "scan_files",
    "stems",
    "words_of",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
