"""Forgetting everywhere: people, threads, queries; over crashes, beside other people's words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.errors import ConfigurationError, InputError
from surefoot.events import AnswerCompleted
from surefoot.evidence import DocumentSource, Finding
from surefoot.memory import PlainMemory
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

SECRET = "The heron nests at Quarry Lake."


def assistant_in(folder: Path) -> Assistant:
    return Assistant(settings=Settings(data_dir=folder, model="embedded"))


def holding(folder: Path, text: str) -> list[str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [file.name for file in files if text.encode() in file.read_bytes()]


async def tell(assistant: Assistant, *, user: str, thread: str, text: str = SECRET) -> None:
    await assistant.ask(f"Remember that {text}", thread=thread, user=user)
    await assistant.ask("Where does the heron nest?", thread=thread, user=user)
    await assistant.drain()


async def test_a_person_is_forgotten_to_the_last_byte(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, user="wilhelmina", thread="t1")
        await assistant.ask("What is 2 + 2?", thread="t2", user="bob")
        held = {name.removesuffix("-wal") for name in holding(tmp_path, "Quarry Lake")}
        assert held == {"memory.sqlite", "surefoot.db"}
        receipt = await assistant.forget(user="wilhelmina")

        assert receipt.removed.facts == 1
        assert (receipt.removed.runs, receipt.removed.turns, receipt.removed.threads) == (2, 2, 1)
        assert (receipt.hits, receipt.residue) == (0, ())
        assert holding(tmp_path, "Quarry Lake") == []
        assert holding(tmp_path, "wilhelmina") == []
        assert [each async for each in assistant.export("wilhelmina")] == []
        assert len([each async for each in assistant.export("bob")]) > 2
        assert await assistant.events("t1") == []
        [kept] = assistant.receipts()
    assert kept == receipt and kept.is_whole
    assert not replace(kept, hits=1).is_whole
    file = tmp_path / "receipts" / f"{receipt.receipt_id}.json"
    assert file.read_text(encoding="utf-8") == receipt.written() + "\n"


async def test_one_thread_is_forgotten_and_the_others_stay(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, user="anna", thread="t1")
        await assistant.ask("I like tea.", thread="t2", user="anna")
        await assistant.drain()
        receipt = await assistant.forget(user="anna", thread="t1")

        assert (receipt.removed.threads, receipt.removed.facts, receipt.hits) == (1, 1, 0)
        assert holding(tmp_path, "Quarry Lake") == []
        facts = await assistant.rooms.own_memory().facts(Scope(user="anna", thread_id=""))
        assert [fact.text for fact in facts] == ["The user likes tea."]


@tool(side_effects=False)
def look(what: str) -> Finding:
    """Look something up."""
    source = DocumentSource(path=f"quarry-lake/{what}.md", start=0, end=30)
    return Finding(source=source, content=f"{what.title()}s of Quarry Lake: 1500 g.")


@pytest.mark.parametrize("way", ["query", "thread", "delete"])
async def test_what_a_forgotten_run_found_goes_from_the_runs_that_cite_it(
    tmp_path: Path, way: str
) -> None:
    model = ScriptedModel(
        calls("look", what="heron"),
        says("Herons have 1500 g [S1]."),
        calls("look", what="otter"),
        says("It has 1500 g [S2], as before [S1]."),
        says("Both have 1500 g [S1] [S2]."),
        says("Hello."),
    )
    settings = Settings(data_dir=tmp_path)
    async with Assistant(settings=settings, model=model, tools=[look], builtins=False) as assistant:
        for question in ("What has a heron?", "And the other one?", "Are both the same?"):
            await assistant.ask(question, thread="t1", user="anna")
        await assistant.ask("Hello?", thread="t2", user="anna")
        await assistant.drain()
        held = {name.removesuffix("-wal") for name in holding(tmp_path, "quarry-lake/heron")}
        assert held == {"memory.sqlite", "surefoot.db"}
        if way == "query":
            receipt = await assistant.forget(user="anna", query="heron")
            assert (receipt.removed.runs, receipt.removed.changed, receipt.hits) == (1, 2, 0)
            told = [e for e in await assistant.events("t1") if isinstance(e, AnswerCompleted)]
            assert [[item.id for item in each.earlier] for each in told] == [[], ["S2"]]
            turns = await assistant.rooms.own_memory().turns(Scope(user="anna", thread_id=""))
            assert [[c.id for c in turn.evidence] for turn in turns] == [["S2"], ["S2"], []]
        elif way == "thread":
            await assistant.forget(user="anna", thread="t1")
        else:
            await assistant.delete_thread("t1")
            await assistant.drain()
    assert holding(tmp_path, "quarry-lake/heron") == holding(tmp_path, "Herons of") == []
    assert bool(holding(tmp_path, "quarry-lake/otter")) == (way == "query")


async def test_another_persons_same_words_stay_and_are_told_of(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        for user in ("anna", "ben"):
            await tell(assistant, user=user, thread=f"of-{user}")
        receipt = await assistant.forget(user="anna", query="heron")

        assert (receipt.removed.facts, receipt.hits) == (1, 0)
        assert receipt.also_live > 0
        memory = assistant.rooms.own_memory()
        assert await memory.facts(Scope(user="anna", thread_id="")) == []
        assert [f.text for f in await memory.facts(Scope(user="ben", thread_id=""))] == [SECRET]
        answer = await assistant.ask("Where does the heron nest?", thread="of-ben", user="ben")
        assert answer.evidence


async def test_what_a_crash_left_undone_is_done_at_the_next_start(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, user="anna", thread="t1")
        forgetter = await assistant._lifetime.forgetter()
        erasure = await forgetter.plan(tenant="default", user="anna", query="heron")
        await forgetter.forget_facts(erasure)
    assert holding(tmp_path, "Quarry Lake")

    async with assistant_in(tmp_path) as assistant:
        await assistant.drain()
        [receipt] = assistant.receipts()
    assert (receipt.receipt_id, receipt.removed.facts) == (erasure.erasure_id, 1)
    assert (receipt.hits, receipt.removed.runs) == (0, 2)
    assert holding(tmp_path, "Quarry Lake") == []
    assert not list((tmp_path / "erasures").glob("*"))


async def test_an_erasure_that_was_half_done_gives_the_same_end(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, user="anna", thread="t1")
        forgetter = await assistant._lifetime.forgetter()
        erasure = await forgetter.plan(tenant="default", user="anna")
        first = await forgetter.carry_out(erasure)
        again = await forgetter.carry_out(erasure)
    assert (first.removed.runs, again.removed.runs) == (2, 0)
    assert (first.removed.facts, again.removed.facts) == (1, 1)
    assert (first.hits, again.hits) == (0, 0)


async def test_a_run_that_waits_for_a_person_is_stopped_and_goes_too(tmp_path: Path) -> None:
    @tool
    def mail(text: str) -> str:
        """Send a mail."""
        return text

    model = ScriptedModel(calls("mail", text=SECRET))
    settings = Settings(data_dir=tmp_path)
    async with Assistant(settings=settings, model=model, tools=[mail]) as assistant:
        job = await assistant.start("Mail the secret of Quarry Lake", thread="t1", user="anna")
        async for event in assistant.follow("t1"):
            if event.type == "approval.requested":
                break
        assert holding(tmp_path, "Quarry Lake")
        receipt = await assistant.forget(user="anna")
        assert (job.result.done() and job.result.exception() is not None) or job.result.done()
    assert (receipt.removed.runs, receipt.hits) == (1, 0)
    assert holding(tmp_path, "Quarry Lake") == []


async def test_an_assistant_without_a_folder_forgets_too(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, model="embedded")
    async with Assistant(settings=settings, durable=False) as assistant:
        await tell(assistant, user="anna", thread="t1")
        answer = await assistant.ask("Forget the heron", thread="t1", user="anna")
        await assistant.drain()
        assert "1 memory was forgotten" in answer.text
        [receipt] = assistant.receipts()
        assert (receipt.removed.facts, receipt.files) == (1, 0)
        assert [each async for each in assistant.export("anna")] == []
    assert holding(tmp_path, "") == []


async def test_everything_is_forgotten_only_when_it_is_confirmed(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, user="anna", thread="t1")
        asked = await assistant.ask("Forget everything about me.", thread="t1", user="anna")
        assert "yes, forget everything" in asked.text
        assert holding(tmp_path, "Quarry Lake")
        done = await assistant.ask("Yes, forget everything.", thread="t1", user="anna")
        await assistant.drain()
        assert "1 memory was forgotten" in done.text
        assert [json.dumps(each) async for each in assistant.export("anna")] == []
    assert holding(tmp_path, "Quarry Lake") == []


async def test_what_cannot_be_forgotten_says_why(tmp_path: Path) -> None:
    async with assistant_in(tmp_path / "one") as assistant:
        with pytest.raises(InputError):
            await assistant.forget()
    async with Assistant(
        settings=Settings(data_dir=tmp_path / "two"), model=ScriptedModel(says("x")), memory=None
    ) as assistant:
        await assistant.ask("Hello?")
        with pytest.raises(ConfigurationError):
            await assistant.forget(user="anna")


async def test_a_memory_that_was_given_forgets_too(tmp_path: Path) -> None:
    memory = PlainMemory()
    settings = Settings(data_dir=tmp_path, model="embedded")
    async with Assistant(settings=settings, memory=memory) as assistant:
        await tell(assistant, user="anna", thread="t1")
        assert len(await memory.facts(Scope(user="anna", thread_id=""))) == 1
        receipt = await assistant.forget(user="anna")
        assert (receipt.removed.facts, receipt.hits) == (1, 0)
        assert await memory.facts(Scope(user="anna", thread_id="")) == []
