"""LangChain's embedding models serve as embedders."""

from __future__ import annotations

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from surefoot.errors import ConfigurationError
from surefoot.memory import Embedder, LangChainEmbedder


def test_its_vectors_have_length_one() -> None:
    embedder: Embedder = LangChainEmbedder(
        DeterministicFakeEmbedding(size=8), name="fake", dimension=8
    )
    assert np.linalg.norm(embedder.embed(["a", "b"]), axis=1) == pytest.approx([1.0, 1.0])
    assert embedder.embed([]).shape == (0, 8)


def test_a_wrong_dimension_is_refused() -> None:
    embedder = LangChainEmbedder(DeterministicFakeEmbedding(size=8), name="fake", dimension=9)
    with pytest.raises(ConfigurationError, match="given as 9"):
        embedder.embed(["a"])
