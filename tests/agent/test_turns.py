"""Messages that come while a run goes on, and runs that are stopped."""

from __future__ import annotations

import asyncio

import pytest

from surefoot import (
    InputError,
    ScriptedModel,
    SurefootError,
    calls,
    says,
    tool,
)
from surefoot.errors import NotFound
from surefoot.events import (
    TERMINAL,
    RunCancelled,
    RunQueued,
)
from surefoot.memory import PlainMemory
from surefoot.scope import Scope
from surefoot.tools import Tool
from surefoot.turns import Turn

from .conftest import light

pytestmark = pytest.mark.anyio


class Doors:
    """A tool that waits until it is let go, and tells when it has begun."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.stopped = False

    def tool(self) -> Tool:
        @tool(side_effects=False)
        async def wait() -> str:
            """Wait."""
            self.begun.set()
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                self.stopped = True
                raise
            return "waited"

        return wait


async def test_a_second_message_waits_for_the_first() -> None:
    doors = Doors()
    model = ScriptedModel(calls("wait"), says("First."), says("Second."))
    async with light(model, doors.tool()) as assistant:
        first = asyncio.create_task(assistant.ask("one", thread="t"))
        await doors.begun.wait()
        second = await assistant.start("two", thread="t")
        doors.go.set()
        assert (await first).text == "First."
        assert (await second.result).text == "Second."
        events = await assistant.events("t")
    assert [e.ahead for e in events if isinstance(e, RunQueued)] == [1]


async def test_a_busy_thread_can_refuse_a_second_message() -> None:
    doors = Doors()
    model = ScriptedModel(calls("wait"), says("First."))
    async with light(model, doors.tool()) as assistant:
        first = asyncio.create_task(assistant.ask("one", thread="t"))
        await doors.begun.wait()
        with pytest.raises(InputError):
            await assistant.start("two", thread="t", busy="reject")
        doors.go.set()
        await first


async def test_a_second_message_can_interrupt_the_first() -> None:
    doors = Doors()
    model = ScriptedModel(calls("wait"), says("Second."))
    async with light(model, doors.tool()) as assistant:
        first = asyncio.create_task(assistant.ask("one", thread="t"))
        await doors.begun.wait()
        second = await assistant.start("two", thread="t", busy="interrupt")
        assert (await second.result).text == "Second."
        assert (await first).reason == "cancelled"
    assert doors.stopped


async def test_a_stopped_run_leaves_a_usable_thread_and_its_partial_answer() -> None:
    doors = Doors()
    memory = PlainMemory()
    model = ScriptedModel(calls("wait"), says("I am still here."))
    async with light(model, doors.tool(), memory=memory) as assistant:
        job = await assistant.start("one", thread="t")
        await doors.begun.wait()
        await assistant.cancel(job.run.run_id)
        stopped = await job.result
        after = await assistant.ask("are you there?", thread="t")
        events = await assistant.events("t")
        await memory.close()
    assert stopped.reason == "cancelled" and "stopped" in stopped.text
    assert after.text == "I am still here."
    assert any(isinstance(e, RunCancelled) for e in events)
    given = [type(m).__name__ for m in model.seen[1].messages]
    assert given == ["SystemMessage", "UserMessage", "AssistantMessage", "UserMessage"]


async def test_a_run_that_waits_in_line_can_be_stopped() -> None:
    doors = Doors()
    model = ScriptedModel(calls("wait"), says("First."))
    async with light(model, doors.tool()) as assistant:
        first = await assistant.start("one", thread="t")
        await doors.begun.wait()
        second = await assistant.start("two", thread="t")
        await assistant.cancel(second.run.run_id)
        with pytest.raises(SurefootError):
            await second.result
        doors.go.set()
        assert (await first.result).text == "First."


async def test_a_run_can_be_stopped_right_after_it_was_begun() -> None:
    async with light(ScriptedModel(says("Too late.")), memory=None) as assistant:
        job = await assistant.start("one", thread="t")
        await assistant.cancel(job.run.run_id)
        assert (await job.result).reason == "cancelled"
        ends = [e.type for e in await assistant.events("t") if e.type in TERMINAL]
    assert ends == ["run.cancelled"]


async def test_interrupting_stops_those_in_line_before_they_begin() -> None:
    doors = Doors()
    model = ScriptedModel(calls("wait"), says("Third."))
    async with light(model, doors.tool()) as assistant:
        first = await assistant.start("one", thread="t")
        await doors.begun.wait()
        second = await assistant.start("two", thread="t")
        third = await assistant.start("three", thread="t", busy="interrupt")
        assert (await third.result).text == "Third."
        assert (await first.result).reason == "cancelled"
        with pytest.raises(SurefootError):
            await second.result
    model.finished()


async def test_stopping_a_run_that_has_its_answer_changes_nothing() -> None:
    class Slow(PlainMemory):
        """Takes its time to keep a turn."""

        def __init__(self) -> None:
            super().__init__()
            self.keeping = asyncio.Event()

        async def keep(self, turn: Turn, scope: Scope) -> str:
            self.keeping.set()
            await asyncio.sleep(3600)
            return ""

    memory = Slow()
    async with light(ScriptedModel(says("Hello.")), memory=memory) as assistant:
        job = await assistant.start("hi", thread="t")
        await memory.keeping.wait()
        await assistant.cancel(job.run.run_id)
        answer = await job.result
        ends = [e.type for e in await assistant.events("t") if e.type in TERMINAL]
    await memory.close()
    assert (answer.text, answer.reason, ends) == ("Hello.", "answered", ["run.completed"])


async def test_stopping_a_run_that_never_was_says_so() -> None:
    async with light(ScriptedModel()) as assistant:
        with pytest.raises(NotFound):
            await assistant.cancel("nothing")
