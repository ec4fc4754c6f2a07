from __future__ import annotations

import pytest

from surefoot.errors import ToolError
from surefoot.evidence import Finding, MemorySource
from surefoot.scope import Scope
from surefoot.tools import CallContext, recall_tool, remember_tool


class Notebook:
    """Facts by user, in a list."""

    def __init__(self) -> None:
        self.facts: dict[str | None, list[str]] = {}

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        self.facts.setdefault(scope.user, []).append(fact)
        return f"m{len(self.facts[scope.user])}"

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        return [
            Finding(source=MemorySource(memory_id=f"m{n}"), content=fact)
            for n, fact in enumerate(self.facts.get(scope.user, []), 1)
        ][:limit]


@pytest.mark.anyio
async def test_what_is_remembered_is_recalled_for_the_same_user_only(context: CallContext) -> None:
    notes = Notebook()
    remember, recall = remember_tool(notes), recall_tool(notes)
    assert not remember.side_effects and not recall.side_effects
    kept = await remember.run(remember.validate({"fact": "The user likes tea."}), context)
    assert kept.findings[0].source == MemorySource(memory_id="m1", thread_id="t1", run_id="r1")
    found = await recall.run(recall.validate({"query": "drinks"}), context)
    assert found.value == {"facts": ["The user likes tea."]}
    other = CallContext(scope=Scope(user="bob", thread_id="t2"), run_id="r2", call_id="c2")
    assert (await recall.run({"query": "drinks"}, other)).value == {"facts": []}


@pytest.mark.anyio
async def test_without_a_user_there_is_no_personal_memory() -> None:
    notes = Notebook()
    nobody = CallContext(scope=Scope(thread_id="t1"), run_id="r1", call_id="c1")
    for call in (
        remember_tool(notes).run({"fact": "x"}, nobody),
        recall_tool(notes).run({"query": "x"}, nobody),
    ):
        with pytest.raises(ToolError) as caught:
            await call
        assert caught.value.code == "no_user"
    assert notes.facts == {}
