"""Threads have owners and names, go with everything in them, and grow old."""

from __future__ import annotations

import asyncio

import pytest

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.agent import Clock, ThreadBusy, ThreadSearch
from surefoot.errors import NotFound
from surefoot.tools import Tool

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def wait() -> str:
    """Wait without an end."""
    await asyncio.Event().wait()
    return ""


def kept(settings: Settings, *answers: str, tools: tuple[Tool, ...] = ()) -> Assistant:
    model = ScriptedModel(*(says(answer) for answer in answers))
    return Assistant(model=model, tools=tools, builtins=False, settings=settings, memory=None)


async def test_a_thread_belongs_to_whoever_began_it_and_is_named_after_its_first_question(
    settings: Settings,
) -> None:
    async with kept(settings, "Hello.", "Hello again.") as assistant:
        await assistant.ask("Good   morning", thread="t", user="ann")
        await assistant.ask("Good evening", thread="t", user="ann")
        book = assistant.home.threads
        thread = await book.claim(assistant.key("t"), user="bob")
        assert (thread.user, thread.title) == ("ann", "Good morning")
        assert await book.search(ThreadSearch(tenant="default", user="bob")) == []
        assert await book.search(ThreadSearch(tenant="default", words="MORN")) == [thread]
        assert await book.count(ThreadSearch(tenant="default", user="ann")) == 1


async def test_a_thread_can_be_renamed_and_noted_about(settings: Settings) -> None:
    async with kept(settings) as assistant:
        book, key = assistant.home.threads, assistant.key("t")
        await book.claim(key, user=None, title="old", metadata={"a": 1})
        changed = await book.change(key, title="new", metadata={"b": "two"})
        assert changed.title == "new" and changed.metadata == {"a": 1, "b": "two"}
        found = await book.search(ThreadSearch(tenant="default", metadata={"b": "two"}))
        assert found == [changed]
        assert await book.search(ThreadSearch(tenant="default", metadata={"b": "one"})) == []
        with pytest.raises(NotFound):
            await book.change(assistant.key("other"), title="x")


@pytest.mark.parametrize("durable", [True, False])
async def test_a_deleted_thread_leaves_nothing_but_the_count_of_its_events(
    settings: Settings, durable: bool
) -> None:
    model = ScriptedModel(says("Yes."), says("No."))
    assistant = Assistant(model=model, builtins=False, durable=durable, settings=settings)
    async with assistant:
        first = await assistant.ask("Really?", thread="t", user="ann")
        last = (await assistant.events("t"))[-1].seq
        await assistant.delete_thread("t")
        assert await assistant.events("t") == []
        assert await assistant.run(first.run_id) is None and await assistant.runs("t") == []
        assert await assistant.home.log.floor(assistant.key("t")) == last
        await assistant.ask("And now?", thread="t", user="ann")
        assert (await assistant.events("t"))[0].seq == last + 1
    assert len(model.seen[1].messages) == len(model.seen[0].messages)


async def test_old_runs_go_with_their_events_and_younger_ones_stay(settings: Settings) -> None:
    async with kept(settings, "Yes.", "Sure.", "Fine.") as assistant:
        old = await assistant.ask("1", thread="t")
        await assistant.ask("other", thread="u")
        cut = assistant.home.log.last_seq(assistant.key("t"))
        run = await assistant.run(old.run_id)
        assert run is not None
        between = Clock().now()
        young = await assistant.ask("2", thread="t")
        erased = await assistant.expire(before=between)
        assert erased >= cut
        left = await assistant.events("t")
        assert {event.run_id for event in left} == {young.run_id} and left[0].seq == cut + 1
        assert await assistant.run(old.run_id) is None
        assert await assistant.home.log.floor(assistant.key("t")) == cut


@pytest.mark.parametrize("durable", [True, False])
async def test_a_rolled_back_question_is_not_remembered(settings: Settings, durable: bool) -> None:
    model = ScriptedModel(calls("wait"), says("Here I am."), says("You asked for me."))
    assistant = Assistant(
        model=model, tools=[wait], builtins=False, durable=durable, settings=settings
    )
    async with assistant:
        first = await assistant.start("Wait for me", thread="t")
        async for event in assistant.follow("t"):
            if event.type == "step.started":
                break
        second = await assistant.start("Come here", thread="t", busy="rollback")
        assert (await second.result).text == "Here I am."
        await assistant.ask("What did I say?", thread="t")
        run = await assistant.run(first.run.run_id)
        assert run is not None and run.status == "cancelled"
        statuses = [run.status for run in await assistant.runs("t")]
        assert statuses == ["completed", "completed", "cancelled"]
    said = [str(message) for message in model.seen[-1].messages]
    assert not any("Wait for me" in text for text in said)


async def test_a_thread_is_free_as_soon_as_its_last_event_is_told(settings: Settings) -> None:
    async with kept(settings, "Yes.", "Sure.") as assistant:
        job = await assistant.start("1", thread="t")
        async for event in assistant.follow("t"):
            if event.type == "run.completed" and event.run_id == job.run.run_id:
                break
        second = await assistant.start("2", thread="t", busy="reject")
        await second.result
        assert "run.queued" not in {event.type for event in await assistant.events("t")}


async def test_a_caller_who_will_not_wait_is_told_that_the_thread_is_busy() -> None:
    model = ScriptedModel(calls("wait"))
    async with Assistant(model=model, tools=[wait], builtins=False, durable=False) as assistant:
        await assistant.start("1", thread="t")
        with pytest.raises(ThreadBusy):
            await assistant.start("2", thread="t", busy="reject")


async def test_tenants_do_not_see_each_others_threads(settings: Settings) -> None:
    async with kept(settings, "Yes.", "Sure.") as assistant:
        await assistant.ask("1", thread="t", tenant="acme")
        await assistant.ask("2", thread="t", tenant="umbrella")
        assert {event.tenant for event in await assistant.events("t", tenant="acme")} == {"acme"}
        assert await assistant.events("t") == []
