"""LangChain: our tools and documents for programs written for LangChain."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import ConfigDict

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Finding
from surefoot.scope import Scope

from .tool import CallContext, Tool

if TYPE_CHECKING:
    from .retrieval import PassageSearch
else:
    PassageSearch = object

T = TypeVar("T")


def to_langchain(tool: Tool, *, scope: Scope | None = None) -> BaseTool:
    """Return a LangChain tool that checks its arguments and runs as ours does.

    Nobody is asked before it: that is for the program that calls it.
    """
    behalf = scope or Scope(thread_id="langchain")

    async def run(**args: object) -> str:
        call = uuid.uuid4().hex
        context = CallContext(scope=behalf, run_id=call, call_id=call)
        try:
            valid = tool.validate(args)  # type: ignore[arg-type]
            if tool.inspect is not None:
                await tool.inspect(valid, context)
            async with asyncio.timeout(tool.timeout_seconds):
                output = await tool.run(valid, context)
        except ToolError as error:
            raise ToolException(str(error)) from error
        if output.findings:
            return "\n\n".join(finding.content for finding in output.findings)
        return json.dumps(output.value, ensure_ascii=False)

    def run_and_wait(**args: object) -> str:
        return _wait(run(**args))

    spec = tool.spec()
    return StructuredTool.from_function(
        func=run_and_wait,
        coroutine=run,
        name=spec.name,
        description=spec.description,
        args_schema=spec.parameters,
        infer_schema=False,
    )


class DocumentRetriever(BaseRetriever):
    """Ingested documents as a LangChain retriever."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    documents: PassageSearch
    tenant: str = "default"
    k: int = 5
    """Passages at most."""
    paths: tuple[str, ...] = ()
    """Files, folders and patterns that the search is narrowed to."""
    heading: str = ""
    """What the headings above a passage must contain."""
    around: int = 0
    """Passages before and after each that come with it."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return _wait(self._search(query, k))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return await self._search(query, k)

    async def _search(self, query: str, k: int | None) -> list[Document]:
        limit = self.k if k is None else k
        found = await self.documents.search(
            query,
            tenant=self.tenant,
            limit=limit,
            paths=self.paths,
            heading=self.heading,
            around=self.around,
        )
        return [_document(finding) for finding in found]


def _document(finding: Finding) -> Document:
    metadata: dict[str, object] = {"score": finding.score}
    if isinstance(source := finding.source, DocumentSource):
        metadata |= source.model_dump(exclude={"type"}) | {"source": source.path}
    return Document(page_content=finding.content, metadata=metadata)


def _wait(work: Coroutine[object, object, T]) -> T:
    """Run to the end from sync code, also inside a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
