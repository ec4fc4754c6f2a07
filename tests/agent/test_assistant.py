"""What a program that embeds an assistant relies on."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dirty_equals import IsPartialDict

from surefoot import (
    Assistant,
    ConfigurationError,
    InputError,
    ModelError,
    ScriptedModel,
    Settings,
    ToolError,
    calls,
    says,
    tool,
)
from surefoot.agent import fails
from surefoot.errors import DataDirInUse
from surefoot.memory import PlainMemory
from surefoot.messages import ToolCall, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta

from .conftest import add, light

pytestmark = pytest.mark.anyio


async def test_an_answer_comes_with_its_evidence_citations_verdicts_and_usage() -> None:
    with ScriptedModel(calls("add", a=1, b=2), says("The sum is 3 [S1].")) as model:
        async with light(model, add) as assistant:
            answer = await assistant.ask("What is 1 + 2?", thread="t1", user="u1")
    assert answer.text == "The sum is 3 [S1]."
    assert [c.evidence_id for c in answer.citations] == ["S1"]
    assert [e.content for e in answer.evidence] == ["3"]
    assert {v.outcome for v in answer.verdicts} == {"supported"}
    assert answer.usage.model_calls == 2 and answer.usage.tool_calls == 1
    assert answer.thread_id == "t1" and answer.run_id


async def test_a_stream_tells_every_step_in_order_and_ends_with_the_run() -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("The sum is 3 [S1]."))
    async with light(model, add) as assistant:
        events = [event async for event in assistant.stream("What is 1 + 2?")]
    kinds = [event.type for event in events if not event.type.startswith(("check.", "usage"))]
    assert kinds == [
        "run.started",
        "context.recalled",
        "plan.created",
        "step.started",
        "step.finished",
        "answer.delta",
        "answer.completed",
        "memory.written",
        "run.completed",
    ]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.event_id for event in events}) == len(events)


async def test_leaving_a_stream_early_stops_nothing() -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("The sum is 3 [S1]."))
    async with light(model, add) as assistant:
        stream = assistant.stream("What is 1 + 2?", thread="t")
        async for _ in stream:
            break
        await assistant.drain()
        kept = await assistant.events("t")
    assert kept[-1].type == "run.completed"


async def test_earlier_turns_of_a_thread_are_given_to_the_model() -> None:
    model = ScriptedModel(says("Hello."), says("You said hi."))
    async with light(model, memory=PlainMemory()) as assistant:
        await assistant.ask("Hi there", thread="t")
        await assistant.ask("What did I say?", thread="t")
        await assistant.close()
    said = [m.text for m in model.seen[1].messages if isinstance(m, UserMessage)]
    assert said == ["Hi there", "What did I say?"]


async def test_evidence_is_numbered_on_through_a_thread() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("3 [S1]."), calls("add", a=2, b=2), says("4 [S2].")
    )
    async with light(model, add) as assistant:
        await assistant.ask("1 + 2?", thread="t")
        answer = await assistant.ask("2 + 2?", thread="t")
    assert [e.id for e in answer.evidence] == ["S2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\x07\x1b", "empty"),
        ("a\x00b", "binary"),
        ("x" * 1_000_001, "1,000,001"),
        ("broken \ud800 text", "surrogate"),
    ],
)
async def test_a_question_that_is_no_question_is_refused(text: str, told: str) -> None:
    async with light(ScriptedModel()) as assistant:
        with pytest.raises(InputError) as refused:
            await assistant.ask(text)
    assert told in str(refused.value)


async def test_control_characters_are_taken_out_of_a_question() -> None:
    model = ScriptedModel(says("Fine."))
    async with light(model, memory=None) as assistant:
        await assistant.ask("What\x1b[31m is\r\nthis?\x07")
    assert model.seen[0].messages[-1] == UserMessage("What[31m is\nthis?")


async def test_a_thread_id_with_a_slash_is_refused() -> None:
    async with light(ScriptedModel()) as assistant:
        with pytest.raises(InputError):
            await assistant.ask("hello", thread="../etc")


async def test_a_provider_that_fails_ends_the_run_with_its_error() -> None:
    model = ScriptedModel(fails(ModelError("No capacity.", status=529)))
    async with light(model) as assistant:
        with pytest.raises(ModelError) as failed:
            await assistant.ask("hello", thread="t")
        events = await assistant.events("t")
    assert failed.value.status == 529
    assert events[-1].model_dump() == IsPartialDict(type="run.failed", error="No capacity.")


async def test_the_same_message_id_is_the_same_run() -> None:
    model = ScriptedModel(says("Hello."))
    async with light(model) as assistant:
        first = await assistant.ask("hi", thread="t", message_id="m1")
        again = await assistant.ask("hi", thread="t", message_id="m1")
    assert again.run_id == first.run_id and again.text == first.text
    model.finished()


async def test_the_same_message_id_is_the_same_run_after_a_restart(settings: Settings) -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1]."))
    async with Assistant(model=model, tools=[add], builtins=False, settings=settings) as assistant:
        first = await assistant.ask("1 + 2?", thread="t", message_id="m1")
    async with Assistant(model=ScriptedModel(), builtins=False, settings=settings) as assistant:
        again = await assistant.ask("1 + 2?", thread="t", message_id="m1")
    assert again.model_copy(update={"verdicts": ()}) == first.model_copy(update={"verdicts": ()})
    assert [v.outcome for v in again.verdicts if v.stage == "answer"] == ["supported"] * 2


async def test_no_tool_may_be_called_plan() -> None:
    @tool(side_effects=False)
    async def plan(goal: str) -> str:
        """Plan."""
        return goal

    with pytest.raises(ConfigurationError):
        light(ScriptedModel(), plan)


async def test_two_hundred_questions_at_once_do_not_mix() -> None:
    @tool(side_effects=False)
    async def double(number: int) -> int:
        """Double a number."""
        await asyncio.sleep(0)
        return number * 2

    class Echo:
        """Doubles the number in the question and answers with the evidence it got."""

        name = "echo"

        def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            return self._parts(request)

        async def _parts(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            last = request.messages[-1]
            if isinstance(last, UserMessage):
                number = int(last.text.split()[-1])
                yield ToolCall(call_id="c", name="double", args={"number": number})
                yield Finished(reason="tool_calls")
            else:
                found = last.text.splitlines()[-1]
                cited = last.text.split("]")[0] + "]"
                yield TextDelta(f"It is {found} {cited}.")
                yield Finished(reason="stop")

    threads_before = threading.active_count()
    tasks_before = len(asyncio.all_tasks())
    async with Assistant(model=Echo(), tools=[double], builtins=False, durable=False) as assistant:
        answers = await asyncio.gather(
            *(assistant.ask(f"Double {n}", thread=f"t{n % 40}") for n in range(200))
        )
    for n, answer in enumerate(answers):
        assert answer.text.startswith(f"It is {2 * n} "), (n, answer.text)
    assert len(asyncio.all_tasks()) == tasks_before
    assert threading.active_count() <= threads_before


async def test_closing_lets_go_of_every_file_thread_and_task(settings: Settings) -> None:
    await _one_run(settings)  # what is loaded once, such as an embedding model, stays loaded
    files, threads = _open_files(), threading.active_count()
    tasks = len(asyncio.all_tasks())
    await _one_run(settings)
    assert len(asyncio.all_tasks()) == tasks
    assert threading.active_count() <= threads
    assert _open_files() <= files


async def _one_run(settings: Settings) -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1]."))
    async with Assistant(model=model, tools=[add], builtins=False, settings=settings) as assistant:
        await assistant.ask("1 + 2?", user="u")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0


async def test_a_data_folder_has_one_owner(settings: Settings) -> None:
    async with Assistant(model=ScriptedModel(), builtins=False, settings=settings):
        second = Assistant(model=ScriptedModel(), builtins=False, settings=settings)
        with pytest.raises(DataDirInUse) as refused:
            await second.ask("hello")
    assert str(os.getpid()) in str(refused.value)


async def test_a_closed_assistant_says_so() -> None:
    assistant = light(ScriptedModel())
    await assistant.close()
    with pytest.raises(ConfigurationError):
        await assistant.ask("hello")


async def test_two_tools_of_one_name_are_refused_before_anything_runs() -> None:
    with pytest.raises(ConfigurationError):
        light(ScriptedModel(), add, add)


async def test_a_tool_error_is_something_the_model_can_read() -> None:
    @tool(side_effects=False)
    async def find(order: str) -> str:
        """Find an order."""
        raise ToolError(f"No order {order!r}.")

    model = ScriptedModel(calls("find", order="A-1"), says("There is no such order."))
    async with light(model, find, memory=None) as assistant:
        answer = await assistant.ask("Where is A-1?")
    assert answer.text == "There is no such order."
    assert model.seen[1].messages[-1].text == "Error (tool_error): No order 'A-1'."
