"""Retrieval: passages of the ingested documents, each with where it stands."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field, JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Finding

from .decorator import tool
from .tool import CallContext, Tool, ToolOutput


class PassageSearch(Protocol):
    """Documents that can be searched."""

    async def search(self, query: str, *, tenant: str, limit: int) -> list[Finding]:
        """Return the passages nearest to `query`, best first."""
        ...


def document_search(documents: PassageSearch) -> Tool:
    """Let the assistant look things up in `documents`."""

    @tool(side_effects=False)
    async def search_documents(
        query: Annotated[str, Field(max_length=2_000)],
        limit: Annotated[int, Field(ge=1, le=20)] = 5,
        *,
        context: CallContext,
    ) -> ToolOutput:
        """Find passages of the user's documents that bear on a question.

        Args:
            query: What to look for, in plain words.
            limit: How many passages at most.
        """
        if not query.strip():
            raise ToolError("The query is empty. Say what to look for.", code="empty_query")
        found = await documents.search(query, tenant=context.scope.tenant, limit=limit)
        passages: list[JsonValue] = [_passage(finding) for finding in found]
        return ToolOutput(value={"passages": passages}, findings=tuple(found))

    return search_documents


def _passage(finding: Finding) -> JsonValue:
    source = finding.source
    path, heading = (
        (source.path, source.heading) if isinstance(source, DocumentSource) else ("", "")
    )
    return {"text": finding.content, "path": path, "heading": heading}
