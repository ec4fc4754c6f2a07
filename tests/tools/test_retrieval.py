from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest
from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Finding
from surefoot.tools import CallContext, document_search


class Shelf:
    """Two passages, found by a shared word."""

    def __init__(self) -> None:
        self.tenants: list[str] = []
        self.asked: list[tuple[str, int]] = []

    async def paths(self, *, tenant: str, matching: Sequence[str] = ()) -> list[str]:
        known = ["guide.md", "docs/install.md"]
        return [p for p in known if not matching or any(fnmatchcase(p, m) for m in matching)]

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
        self.tenants.append(tenant)
        self.asked.append((heading, around))
        if paths and "guide.md" not in await self.paths(tenant=tenant, matching=paths):
            return []
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


@pytest.mark.anyio
async def test_a_search_is_narrowed_by_what_the_model_says(context: CallContext) -> None:
    shelf = Shelf()
    search = document_search(shelf)
    args = search.validate(
        {"query": "pip", "paths": ["*.md"], "heading": "Install", "around": 2, "limit": 1}
    )
    output = await search.run(args, context)
    assert [finding.content for finding in output.findings] == ["Install with pip."]
    assert shelf.asked == [("Install", 2)]
    nothing = await search.run(search.validate({"query": "zebra", "paths": ["*.md"]}), context)
    assert nothing.findings == ()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["instal.md"], "'instal.md'; did you mean 'docs/install.md'? Leave `paths` out"),
        (["zzz.pdf", "q"], "'zzz.pdf' or 'q'. Leave `paths` out to search all."),
    ],
)
async def test_a_document_that_does_not_exist_is_told_with_the_nearest(
    context: CallContext, paths: list[JsonValue], told: str
) -> None:
    search = document_search(Shelf())
    with pytest.raises(ToolError) as caught:
        await search.run(search.validate({"query": "pip", "paths": paths}), context)
    assert caught.value.code == "no_such_document"
    assert told in str(caught.value)


def test_the_schema_says_what_narrows_a_search() -> None:
    schema = document_search(Shelf()).spec().parameters
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["query", "limit", "paths", "heading", "around"]
    assert schema["required"] == ["query"]
