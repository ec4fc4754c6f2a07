from __future__ import annotations

import pytest

from surefoot.errors import ToolError
from surefoot.evidence import Finding, MemorySource
from surefoot.scope import Scope
from surefoot.tools import CallContext, correct_tool, forget_tool, recall_tool, remember_tool


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


class Diary(Notebook):
    """Facts that can be put right and taken back."""

    async def correct(
        self, about: str, fact: str, scope: Scope, *, run_id: str | None = None
    ) -> str:
        facts = self.facts[scope.user]
        facts[facts.index(about)] = fact
        return f"m{facts.index(fact) + 1}"

    async def forget_about(self, about: str | None, scope: Scope, *, run_id: str) -> int:
        gone = [f for f in self.facts[scope.user] if about is None or about in f]
        self.facts[scope.user] = [f for f in self.facts[scope.user] if f not in gone]
        return len(gone)


def asked(question: str) -> CallContext:
    scope = Scope(user="ann", thread_id="t1")
    return CallContext(scope=scope, run_id="r1", call_id="c1", question=question)


@pytest.mark.anyio
async def test_memories_are_put_right_and_forgotten() -> None:
    notes = Diary()
    notes.facts["ann"] = ["I have a dog.", "I have a cat."]
    right = await correct_tool(notes).run(
        {"about": "I have a dog.", "fact": "I have an owl."}, asked("Correct that.")
    )
    assert right.findings[0].content == "I have an owl."
    forget = forget_tool(notes)
    gone = await forget.run({"about": "owl"}, asked("Forget my owl."))
    assert (gone.value, gone.findings[0].content) == ({"forgotten": 1}, "1 memory was forgotten.")
    assert notes.facts["ann"] == ["I have a cat."]


@pytest.mark.anyio
async def test_everything_is_forgotten_only_once_the_user_has_confirmed_it() -> None:
    notes = Diary()
    notes.facts["ann"] = ["I have a cat."]
    forget = forget_tool(notes)
    with pytest.raises(ToolError) as refused:
        await forget.run({"about": "Everything"}, asked("Forget everything about me."))
    assert refused.value.code == "ask_first"
    gone = await forget.run({"about": "everything"}, asked("Yes, forget everything."))
    assert gone.value == {"forgotten": 1}


def test_a_person_is_asked_before_what_they_did_not_name_is_forgotten_or_remembered() -> None:
    notes = Diary()
    forget = forget_tool(notes)
    assert [t.asks for t in (remember_tool(notes), correct_tool(notes), forget)] == ["tainted"] * 3
    assert [(rule.source, rule.then) for rule in forget.rules] == [(("untrusted", "model"), "ask")]
