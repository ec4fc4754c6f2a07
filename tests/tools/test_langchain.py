from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import RetrieversIntegrationTests, ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from surefoot.memory import ChromaDocuments, MiniLM
from surefoot.tools import DocumentRetriever, to_langchain, tool

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def multiply(a: int, b: int = 2) -> int:
    """Multiply two numbers.

    Args:
        a: The first.
        b: The second.
    """
    return a * b


ours = to_langchain(multiply)


class _Multiply:
    @property
    def tool_constructor(self) -> BaseTool:
        return ours

    @property
    def tool_invoke_params_example(self) -> dict[str, object]:
        return {"a": 2, "b": 3}


class TestTool(_Multiply, ToolsUnitTests):
    """LangChain's own tests of a tool."""


class TestToolCalls(_Multiply, ToolsIntegrationTests):
    """LangChain's own tests of calls of a tool."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> ChromaDocuments:
    folder = tmp_path_factory.mktemp("retriever")
    for number in range(8):
        (folder / f"{number}.md").write_text(f"# Note {number}\n\nPenguin number {number} swims.\n")
    index = ChromaDocuments(Path(folder, "index"), embedder=MiniLM())
    asyncio.run(index.ingest([folder], tenant="default"))
    return index


class TestRetriever(RetrieversIntegrationTests):
    """LangChain's own tests of a retriever."""

    @pytest.fixture(autouse=True)
    def _index(self, documents: ChromaDocuments) -> None:
        self._documents = documents

    @property
    def retriever_constructor(self) -> type[DocumentRetriever]:
        return DocumentRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        return {"documents": self._documents}

    @property
    def retriever_query_example(self) -> str:
        return "Which penguin swims?"


def test_a_tool_for_langchain_waits_inside_a_running_loop() -> None:
    async def call() -> object:
        return ours.invoke({"a": 4})

    assert asyncio.run(call()) == "8"
