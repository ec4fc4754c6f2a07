"""Retrieval: passages of the ingested documents, each with where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Protocol

from pydantic import Field, JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Finding

from .decorator import tool
from .tool import CallContext, Tool, ToolOutput

_Pattern = Annotated[str, Field(min_length=1, max_length=300)]


class PassageSearch(Protocol):
    """Documents that can be searched."""

    async def search(
        self,
        query: str,
        *,
        tenant: str,
        limit: int,
        paths: Sequence[str] = (),
        heading: str = "",
        around: int = 0,
    ) -> list[Finding]:
        """Return the passages nearest to `query`, best first.

        Only those in `paths` and under `heading`, and each with `around` passages on both sides.
        """
        ...

    async def paths(self, *, tenant: str, matching: Sequence[str] = ()) -> list[str]:
        """Return the paths of the documents, or of those that a search in `matching` looks at."""
        ...


def document_search(documents: PassageSearch) -> Tool:
    """Let the assistant look things up in `documents`."""

    @tool(side_effects=False)
    async def search_documents(
        query: Annotated[str, Field(max_length=2_000)],
        limit: Annotated[int, Field(ge=1, le=20)] = 5,
        paths: Annotated[tuple[_Pattern, ...], Field(max_length=20)] = (),
        heading: Annotated[str, Field(max_length=300)] = "",
        around: Annotated[int, Field(ge=0, le=3)] = 0,
        *,
        context: CallContext,
    ) -> ToolOutput:
        """Find passages of the user's documents that bear on a question.

        Args:
            query: What to look for, in plain words.
            limit: How many passages at most.
            paths: Look only in these files, folders or patterns, such as `guide/**` or `*.pdf`.
            heading: Look only under headings that contain this.
            around: How many passages before and after each to show with it.
        """
        if not query.strip():
            raise ToolError("The query is empty. Say what to look for.", code="empty_query")
        tenant = context.scope.tenant
        found = await documents.search(
            query, tenant=tenant, limit=limit, paths=paths, heading=heading, around=around
        )
        if paths and not found and not await documents.paths(tenant=tenant, matching=paths):
            raise _no_such_document(paths, await documents.paths(tenant=tenant))
        passages: list[JsonValue] = [_passage(finding) for finding in found]
        return ToolOutput(value={"passages": passages}, findings=tuple(found))

    return search_documents


def _no_such_document(paths: Sequence[str], known: Sequence[str]) -> ToolError:
    names = {name: path for path in known for name in (path.rpartition("/")[2], path)}
    near = [names[name] for path in paths for name in get_close_matches(path, names, n=1)]
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return ToolError(
        f"No document is called {' or '.join(map(repr, paths))}{hint} "
        "Leave `paths` out to search all.",
        code="no_such_document",
    )


def _passage(finding: Finding) -> JsonValue:
    source = finding.source
    path, heading = (
        (source.path, source.heading) if isinstance(source, DocumentSource) else ("", "")
    )
    return {"text": finding.content, "path": path, "heading": heading}
