from __future__ import annotations

import pytest

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Finding
from surefoot.tools import CallContext, document_search


class Shelf:
    """Two passages, found by a shared word."""

    def __init__(self) -> None:
        self.tenants: list[str] = []

    async def search(self, query: str, *, tenant: str, limit: int) -> list[Finding]:
        self.tenants.append(tenant)
        texts = ["Install with pip.", "Remove with pip."]
        return [
            Finding(
                source=DocumentSource(path="guide.md", heading="Install", start=n, end=n + 9),
                content=text,
            )
            for n, text in enumerate(texts)
            if set(query.lower().split()) & set(text.lower().rstrip(".").split())
        ][:limit]


@pytest.mark.anyio
async def test_passages_come_as_values_and_as_findings(context: CallContext) -> None:
    shelf = Shelf()
    search = document_search(shelf)
    assert (search.name, search.side_effects, search.trust) == (
        "search_documents",
        False,
        "untrusted",
    )
    output = await search.run(search.validate({"query": "pip", "limit": 1}), context)
    assert output.value == {
        "passages": [{"text": "Install with pip.", "path": "guide.md", "heading": "Install"}]
    }
    assert [finding.content for finding in output.findings] == ["Install with pip."]
    assert shelf.tenants == ["acme"]


@pytest.mark.anyio
async def test_nothing_found_is_no_error_and_an_empty_query_is_one(context: CallContext) -> None:
    search = document_search(Shelf())
    assert (await search.run({"query": "zebra", "limit": 5}, context)).value == {"passages": []}
    with pytest.raises(ToolError) as caught:
        await search.run({"query": " ", "limit": 5}, context)
    assert caught.value.code == "empty_query"
    with pytest.raises(ToolError):
        search.validate({"query": "x", "limit": 1000})
