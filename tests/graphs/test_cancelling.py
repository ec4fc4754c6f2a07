"""A run that is stopped leaves nothing running and a conversation that can go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from surefoot import Assistant, ScriptedModel, calls, says, tool
from surefoot.errors import SurefootError
from surefoot.events import RunCancelled, StepFailed, StepFinished, StepStarted
from surefoot.graphs import Checkpoints
from surefoot.memory import PlainMemory, Recalled
from surefoot.messages import AssistantMessage, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.scope import Scope
from surefoot.tools import Tool

from .conftest import Driven, add, driven

pytestmark = pytest.mark.anyio


class Gate:
    """A place where something waits for ever, and says when it came and when it had to leave."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.left = False

    async def wait(self) -> None:
        """Wait for ever."""
        self.reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left = True

    def tool(self) -> Tool:
        """Make a tool that waits here."""

        @tool(side_effects=False)
        async def wait() -> str:
            """Wait."""
            await self.wait()
            return "never"

        return wait


async def stop(run: Driven, gate: Gate) -> None:
    """Begin a run, and stop it where it waits."""
    before = asyncio.all_tasks()
    going = asyncio.create_task(run.ask())
    await gate.reached.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert gate.left
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("checkpointed", [False, True])
async def test_a_running_tool_is_stopped_and_its_step_has_an_end(checkpointed: bool) -> None:
    gate = Gate()
    checkpoints = Checkpoints() if checkpointed else None
    run = driven(ScriptedModel(calls("wait")), gate.tool(), checkpoints=checkpoints)
    await stop(run, gate)
    assert [event.code for event in run.told(StepFailed)] == ["cancelled"]
    assert not run.told(StepFinished)


async def test_tools_side_by_side_are_all_stopped_and_results_that_were_there_are_told() -> None:
    gate = Gate()
    turn = calls("add", a=1, b=2).also("wait").also("add", a=3, b=4)
    run = driven(ScriptedModel(turn), gate.tool(), add)
    await stop(run, gate)
    begun = {event.call_id for event in run.told(StepStarted)}
    assert begun == {"r1.s1", "r1.s2", "r1.s3"}
    assert [event.call_id for event in run.told(StepFailed)] == ["r1.s2"]
    assert [event.call_id for event in run.told(StepFinished)] == ["r1.s1", "r1.s3"]


async def test_a_model_that_is_asked_is_stopped() -> None:
    gate = Gate()

    class Model:
        name = "waiting"

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            yield TextDelta("The sky is blue. And ")
            await gate.wait()
            yield Finished(reason="stop")

    run = driven(Model())
    await stop(run, gate)
    assert run.types == []


async def test_a_memory_that_recalls_is_stopped() -> None:
    gate = Gate()

    class Forgetful(PlainMemory):
        async def recall(self, question: str, scope: Scope) -> Recalled:
            await gate.wait()
            return Recalled()

    await stop(driven(ScriptedModel(), memory=Forgetful()), gate)


async def test_a_stopped_run_keeps_what_it_had_said_and_the_thread_goes_on() -> None:
    gate = Gate()

    class Model:
        name = "model"

        def __init__(self) -> None:
            self.seen: list[ModelRequest] = []

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            self.seen.append(request)
            if len(self.seen) == 1:
                yield TextDelta("Grass is green [S1]. The sky is ")
                await gate.wait()
            yield TextDelta("Hello.")
            yield Finished(reason="stop")

    model, memory = Model(), PlainMemory()
    assistant = Assistant(
        model=model, builtins=False, durable=False, memory=memory, release="label"
    )
    async with assistant:
        job = await assistant.start("What is green?", thread="t")
        await gate.reached.wait()
        await assistant.cancel(job.run.run_id)
        stopped = await job.result
        answer = await assistant.ask("And now?", thread="t")
    assert stopped.reason == "cancelled"
    assert stopped.text == (
        "Grass is green [S1]. The sky is (This answer was stopped before its end.)"
    )
    assert answer.text == "Hello."
    assert [(type(m), m.text) for m in model.seen[1].messages[1:]] == [
        (UserMessage, "What is green?"),
        (AssistantMessage, stopped.text),
        (UserMessage, "And now?"),
    ]


async def test_a_call_that_was_stopped_does_not_dangle_in_the_next_run() -> None:
    gate = Gate()
    model = ScriptedModel(calls("wait"), says("Hello."))
    assistant = Assistant(
        model=model, tools=[gate.tool()], builtins=False, durable=False, memory=PlainMemory()
    )
    async with assistant:
        job = await assistant.start("Wait for me", thread="t")
        await gate.reached.wait()
        await assistant.cancel(job.run.run_id)
        assert gate.left
        await assistant.ask("And now?", thread="t")
        told = await assistant.events("t")
    assert [event for event in told if isinstance(event, RunCancelled)]
    messages = model.seen[1].messages
    assert not any(isinstance(m, ToolMessage) for m in messages)
    assert not any(isinstance(m, AssistantMessage) and m.tool_calls for m in messages)


async def test_a_run_that_is_closed_in_the_middle_of_a_call_ends_with_an_error() -> None:
    gate = Gate()
    assistant = Assistant(
        model=ScriptedModel(calls("wait")),
        tools=[gate.tool()],
        builtins=False,
        durable=False,
        memory=None,
    )
    job = await assistant.start("Wait for me")
    await gate.reached.wait()
    await assistant.close()
    assert gate.left
    with pytest.raises(SurefootError):
        await job.result
