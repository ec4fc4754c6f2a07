"""A store's namespace keeps the contract of LangChain's vector stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests.vectorstores import VectorStoreIntegrationTests

from surefoot.memory import ChromaStore, LangChainEmbedder, StoreVectors

from .conftest import client_of


@pytest.mark.anyio
class TestStoreVectors(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> VectorStore:
        client = client_of(tmp_path)
        embedder = LangChainEmbedder(self.get_embeddings(), name="suite", dimension=6)
        return StoreVectors(ChromaStore(client, embedder=embedder))


def test_only_documents_whose_metadata_fits_are_found(tmp_path: Path) -> None:
    suite = VectorStoreIntegrationTests
    client = client_of(tmp_path)
    embedder = LangChainEmbedder(suite.get_embeddings(), name="suite", dimension=6)
    vectors = StoreVectors(ChromaStore(client, embedder=embedder))
    vectors.add_texts(["old tea", "new tea"], [{"year": 1990}, {"year": 2020}])

    [found] = vectors.similarity_search("tea", filter={"year": {"$gt": 2000}})

    assert found.page_content == "new tea"
