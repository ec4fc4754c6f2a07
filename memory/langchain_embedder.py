"""LangChainEmbedder: any of LangChain's embedding models, OpenAI's among them, as an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surefoot.errors import ConfigurationError

from .embeddings import Vectors, unit_rows

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings


class LangChainEmbedder:
    """Embeds with a LangChain `Embeddings`, whose name and dimension it does not say itself."""

    def __init__(self, embeddings: Embeddings, *, name: str, dimension: int) -> None:
        self._embeddings = embeddings
        self.name = name
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text; refuse rows that do not have the dimension."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows = np.asarray(self._embeddings.embed_documents(list(texts)), np.float32)
        if rows.shape != (len(texts), self.dimension):
            raise ConfigurationError(
                f"The embedding model {self.name!r} returned an array of shape {rows.shape} for "
                f"{len(texts)} texts, but its dimension was given as {self.dimension}; correct it."
            )
        return unit_rows(rows)
