"""Approval: what changes the world waits for a person, also through a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from surefoot import Assistant, ScriptedModel, Settings, ToolError, calls, says, tool
from surefoot.events import (
    ApprovalRequested,
    ApprovalResolved,
    Event,
    StepFailed,
    StepFinished,
    StepStarted,
)
from surefoot.graphs import Checkpoints, Decision
from surefoot.tools import Tool, ToolOutput

from .conftest import add, driven, plan, results, step

pytestmark = pytest.mark.anyio

ARGS: dict[str, JsonValue] = {
    "text": "Grüße, \u2028 “x” \\ \n 雪",
    "amount": 0.1 + 0.2,
    "count": 2**60,
    "items": [1, 1.0, True, None, {"a": [], "b": {}}],
}


class Post:
    """A post office that remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    def tool(self) -> Tool:
        """Make the tool that sends."""

        @tool
        async def send(
            text: str, amount: float = 0.0, count: int = 0, items: JsonValue = None
        ) -> str:
            """Send a letter."""
            self.sent.append({"text": text, "amount": amount, "count": count, "items": items})
            return f"sent {text}"

        return send


async def test_a_call_with_side_effects_waits_and_is_made_with_the_arguments_as_asked() -> None:
    post = Post()
    model = ScriptedModel(calls("send", **ARGS), says("It is sent [S1]."))
    run = driven(model, post.tool(), checkpoints=Checkpoints())
    going = asyncio.create_task(run.ask())
    await run.until_it_waits()
    (request,) = run.told(ApprovalRequested)
    assert request.args == ARGS and request.reason == "send has side effects."
    assert post.sent == [] and run.waits == [True]
    run.desk.decide("r1.s1", Decision(decision="approve"))
    answer = await going
    assert answer.text == "It is sent [S1]."
    assert post.sent == [ARGS] and repr(post.sent) == repr([ARGS])
    assert [event.args for event in run.told(StepStarted)] == [ARGS]
    assert run.waits == [True, False]


async def test_a_rejected_call_is_not_made_and_the_model_reads_why() -> None:
    post = Post()
    model = ScriptedModel(calls("send", text="hi"), says("It was not sent."))
    run = driven(model, post.tool(), checkpoints=Checkpoints())
    run.desk.decide("r1.s1", Decision(decision="reject", reason="Too rude."))
    await run.ask()
    assert post.sent == [] and not run.told(StepStarted)
    (message,) = results(model, 1)
    assert message.text == "Error (rejected): The user rejected this call. Too rude."
    assert [event.decision for event in run.told(ApprovalResolved)] == ["reject"]


async def test_edited_arguments_are_used_and_checked_like_the_models_own() -> None:
    post = Post()
    turn = calls("send", text="a").also("send", text="b")
    model = ScriptedModel(turn, says("One was sent."))
    run = driven(model, post.tool(), checkpoints=Checkpoints())
    run.desk.decide("r1.s1", Decision(decision="edit", args={"text": "A", "count": "3"}))
    run.desk.decide("r1.s2", Decision(decision="edit", args={"txt": "B"}))
    await run.ask()
    assert post.sent == [{"text": "A", "amount": 0.0, "count": 3, "items": None}]
    assert "did you mean 'text'" in results(model, 1)[1].text
    assert run.told(ApprovalResolved)[0].args == {"text": "A", "count": "3"}


async def test_edited_arguments_are_tried_before_the_call_like_the_models_own() -> None:
    async def inspect(args: dict[str, JsonValue], _: object) -> None:
        if args["text"] == "bad":
            raise ToolError("That cannot be sent.", code="refused")

    async def run_it(args: dict[str, JsonValue], _: object) -> ToolOutput:
        raise AssertionError("it was called")

    sending = Tool(
        name="send",
        description="Send.",
        parameters={"type": "object", "properties": {"text": {"type": "string"}}},
        validate=lambda args: dict(args),
        run=run_it,
        inspect=inspect,
    )
    run = driven(
        ScriptedModel(calls("send", text="good"), says("It was not sent.")),
        sending,
        checkpoints=Checkpoints(),
    )
    run.desk.decide("r1.s1", Decision(decision="edit", args={"text": "bad"}))
    await run.ask()
    assert [event.code for event in run.told(StepFailed)] == ["refused"]


async def test_several_calls_are_asked_about_at_once_and_decided_one_by_one() -> None:
    post = Post()
    turn = calls("send", text="a").also("add", a=1, b=2).also("send", text="b")
    model = ScriptedModel(turn, says("Sent."))
    run = driven(model, post.tool(), add, checkpoints=Checkpoints())
    going = asyncio.create_task(run.ask())
    await run.until_it_waits()
    assert [event.step_id for event in run.told(StepFinished)] == ["s2"]
    run.desk.decide("r1.s3", Decision(decision="approve"))
    await run.until_it_waits()
    assert post.sent == []
    run.desk.decide("r1.s1", Decision(decision="reject"))
    answer = await going
    assert [str(item.content) for item in answer.evidence] == ["3", "sent b"]
    assert [event.call_id for event in run.told(ApprovalRequested)] == ["r1.s1", "r1.s3"]
    assert [event.step_id for event in run.told(StepFinished)] == ["s2", "s3"]
    assert len(run.told(StepStarted)) == 2
    assert [message.is_error for message in results(model, 1)] == [True, False, False]


async def test_calls_made_before_the_question_are_not_made_again_after_it() -> None:
    post, made = Post(), 0

    @tool(side_effects=False)
    async def look() -> str:
        """Look."""
        nonlocal made
        made += 1
        return "a view"

    turn = plan(
        step("a", "look"),
        step("b", "send", text={"$ref": "a"}),
        step("c", "send", text="{{b}} again"),
        step("d", "look", "c"),
    )
    model = ScriptedModel(turn, says("Done [S4]."))
    run = driven(model, look, post.tool(), checkpoints=Checkpoints())
    for call_id in ("r1.s2", "r1.s3"):
        run.desk.decide(call_id, Decision(decision="approve"))
    answer = await run.ask()
    assert [item.content for item in answer.evidence] == [
        "a view",
        "sent a view",
        "sent sent a view again",
        "a view",
    ]
    assert made == 2 and answer.usage.tool_calls == 4
    assert len(run.told(StepFinished)) == 4


async def test_verdicts_of_steps_before_the_question_are_kept_once() -> None:
    @tool(side_effects=False)
    async def search() -> ToolOutput:
        """Search."""
        return ToolOutput(value=[])

    run = driven(
        ScriptedModel(calls("search").also("send", text="x"), says("Sent.")),
        search,
        Post().tool(),
        checkpoints=Checkpoints(),
    )
    run.desk.decide("r1.s2", Decision(decision="approve"))
    answer = await run.ask()
    assert [v.code for v in answer.verdicts if v.stage == "result" and v.failed] == ["empty"]


async def test_without_checkpoints_nobody_can_be_asked_and_the_model_is_told() -> None:
    post = Post()
    model = ScriptedModel(calls("send", text="x"), says("It was not sent."))
    run = driven(model, post.tool())
    await run.ask()
    assert post.sent == []
    assert "needs a person's approval" in results(model, 1)[0].text


class Shelf:
    """Keeps states beyond the checkpoints that used it."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[str, bytes]] = {}

    async def state(self, run_id: str) -> tuple[str, bytes] | None:
        return self._states.get(run_id)

    async def keep_state(self, run_id: str, kind: str, body: bytes) -> None:
        self._states[run_id] = (kind, body)


async def test_waiting_for_a_person_survives_a_restart() -> None:
    post, shelf = Post(), Shelf()
    first = Checkpoints(shelf)
    run = driven(ScriptedModel(calls("send", **ARGS)), post.tool(), checkpoints=first)
    going = asyncio.create_task(run.ask())
    await run.until_it_waits()
    going.cancel()
    await asyncio.wait([going])

    second = Checkpoints(shelf)
    model = ScriptedModel(says("It is sent [S1]."))
    again = driven(model, post.tool(), checkpoints=second)
    again.desk.decide("r1.s1", Decision(decision="approve"))
    answer = await again.ask(resume=True)
    assert answer.text == "It is sent [S1]."
    assert post.sent == [ARGS] and repr(post.sent) == repr([ARGS])
    assert answer.usage.model_calls == 2 and answer.usage.tool_calls == 1


async def test_a_decision_made_before_a_restart_holds_after_it() -> None:
    post, shelf = Post(), Shelf()
    first = Checkpoints(shelf)
    turn = calls("send", text="a").also("send", text="b")
    run = driven(ScriptedModel(turn), post.tool(), checkpoints=first)
    run.desk.decide("r1.s1", Decision(decision="edit", args={"text": "A"}))
    going = asyncio.create_task(run.ask())
    await run.until_it_waits()
    await run.until_it_waits()
    going.cancel()
    await asyncio.wait([going])

    second = Checkpoints(shelf)
    again = driven(ScriptedModel(says("Sent.")), post.tool(), checkpoints=second)
    again.desk.decide("r1.s2", Decision(decision="approve"))
    await again.ask(resume=True)
    assert [letter["text"] for letter in post.sent if isinstance(letter, dict)] == ["A", "b"]


def kept(model: ScriptedModel, folder: Path, *tools: Tool) -> Assistant:
    return Assistant(
        model=model,
        tools=tools,
        builtins=False,
        memory=None,
        settings=Settings(data_dir=folder),
    )


async def until(events: AsyncIterator[Event], kind: type[Event], count: int = 1) -> Event:
    """Read events until the `count`th of a kind."""
    async for event in events:
        count -= isinstance(event, kind)
        if not count:
            return event
    raise AssertionError("the events ended")


async def test_a_call_that_may_have_been_made_is_asked_about_again(tmp_path: Path) -> None:
    begun: list[str] = []
    begins = asyncio.Event()

    @tool
    async def launch(what: str) -> str:
        """Launch something."""
        begun.append(what)
        begins.set()
        if len(begun) == 1:
            await asyncio.Event().wait()
        return "launched"

    first = kept(ScriptedModel(calls("launch", what="a rocket")), tmp_path, launch)
    job = await first.start("Launch it", thread="t")
    request = await until(first.follow("t"), ApprovalRequested)
    assert isinstance(request, ApprovalRequested)
    await first.approve(job.run.run_id, request.call_id)
    await begins.wait()
    await first.close()
    assert begun == ["a rocket"]

    second = kept(ScriptedModel(says("It is launched [S1].")), tmp_path, launch)
    again = await until(second.follow("t"), ApprovalRequested, count=2)
    assert isinstance(again, ApprovalRequested)
    assert "nothing tells whether it took effect" in again.reason
    assert begun == ["a rocket"]
    await second.approve(job.run.run_id, again.call_id)
    resumed = second.job(job.run.run_id)
    assert resumed is not None
    answer = await resumed.result
    told = await second.events("t")
    await second.close()
    assert answer.text == "It is launched [S1]."
    assert begun == ["a rocket", "a rocket"]
    assert [e.decision for e in told if isinstance(e, ApprovalResolved)] == ["approve", "approve"]


async def test_a_call_that_may_have_been_made_can_be_rejected(tmp_path: Path) -> None:
    begun: list[str] = []
    begins = asyncio.Event()

    @tool
    async def launch(what: str) -> str:
        """Launch something."""
        begun.append(what)
        begins.set()
        await asyncio.Event().wait()
        return "launched"

    first = kept(ScriptedModel(calls("launch", what="a rocket")), tmp_path, launch)
    job = await first.start("Launch it", thread="t")
    request = await until(first.follow("t"), ApprovalRequested)
    assert isinstance(request, ApprovalRequested)
    await first.approve(job.run.run_id, request.call_id)
    await begins.wait()
    await first.close()

    second = kept(ScriptedModel(says("I do not know whether it flies.")), tmp_path, launch)
    await until(second.follow("t"), ApprovalRequested, count=2)
    await second.approve(job.run.run_id, request.call_id, "reject")
    resumed = second.job(job.run.run_id)
    assert resumed is not None
    answer = await resumed.result
    await second.close()
    assert answer.text == "I do not know whether it flies." and begun == ["a rocket"]


async def test_an_edit_without_arguments_makes_no_call() -> None:
    post = Post()
    model = ScriptedModel(calls("send", text="a"), says("It was not sent."))
    run = driven(model, post.tool(), checkpoints=Checkpoints())
    run.desk.decide("r1.s1", Decision(decision="edit"))
    await run.ask()
    assert post.sent == []
    assert "gave none" in results(model, 1)[0].text
