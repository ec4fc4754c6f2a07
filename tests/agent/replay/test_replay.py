"""A recorded run can be run again: exactly, with one side live, or another way from a step on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import JsonValue, SecretStr

from surefoot import Assistant, ScriptedModel, Settings, Tool, ToolError, calls, says, tool
from surefoot.agent import Entry, Fork, RecordingStore, ReplayMiss, replay
from surefoot.events import AnswerCompleted, ApprovalRequested, Event, StepFinished, StepStarted
from surefoot.settings import McpServerSettings, ToolSettings

pytestmark = pytest.mark.anyio

SECRET = "sk-very-secret"


def tools() -> list[Tool]:
    """Two lookups that end in another order than they begin, one that fails once, one that asks."""
    gate = asyncio.Event()
    tries = [0]

    @tool(side_effects=False)
    async def slow(n: int = 1) -> int:
        """Wait for the other one."""
        await gate.wait()
        return n

    @tool(side_effects=False)
    async def quick(n: int = 2) -> int:
        """Let the other one go."""
        gate.set()
        return n

    @tool(side_effects=False)
    async def shaky(q: str) -> str:
        """Fail the first time."""
        tries[0] += 1
        if tries[0] == 1:
            raise ToolError("Busy; try again.", code="busy")
        return f"{q} is 7, by {SECRET}"

    @tool
    async def send(to: str) -> str:
        """Send something."""
        return f"sent to {to}"

    return [slow, quick, shaky, send]


@tool(side_effects=False)
async def look() -> int:
    """Look how many there are."""
    return 3


def script() -> ScriptedModel:
    return ScriptedModel(
        calls("slow").also("quick"),
        calls("shaky", q="x"),
        calls("shaky", q="x "),
        calls("send", to="bob"),
        says("It was sent to bob [S4]. The number is 7 [S3]."),
    )


async def recorded(settings: Settings) -> tuple[list[Entry], list[Event]]:
    """Make a run with parallel calls, a retry and an approval; return its recording and events."""
    async with Assistant(
        settings=settings, model=script(), tools=tools(), builtins=False
    ) as assistant:
        job = await assistant.start("Send it.", thread="t", user="u")
        async for event in assistant.follow("t"):
            if isinstance(event, ApprovalRequested):
                await assistant.approve(event.run_id, event.call_id)
            if event.type == "run.completed":
                break
        await job.result
        assert assistant.home.database is not None
        store = RecordingStore(assistant.home.database)
        return await store.read(job.run.run_id), await assistant.events("t")


def lines(events: Sequence[Event]) -> list[str]:
    return [event.model_dump_json() for event in events]


async def test_a_run_with_parallel_calls_a_retry_and_an_approval_replays_the_same_100_times(
    settings: Settings,
) -> None:
    entries, events = await recorded(settings)
    kinds = {event.type for event in events}
    assert {"step.failed", "approval.resolved", "run.completed"} <= kinds
    for _ in range(100):
        again = await replay(entries, events)
        assert lines(again.events) == lines(events)
        assert again.is_exact


STEPS: list[JsonValue] = [
    {"id": "a", "tool": "work", "args": {"n": 1}},
    {"id": "b", "tool": "work", "args": {"n": 2}},
    {"id": "c", "tool": "work", "args": {"n": {"$ref": "a"}, "on": 3}},
    {"id": "d", "tool": "work", "args": {"n": {"$ref": "b"}, "on": 4}},
    {"id": "e", "tool": "work", "args": {"n": {"$ref": "c"}, "on": {"$ref": "d"}}},
]


@pytest.mark.parametrize(
    "turns", [(1, 2, 3, 4, 5), (9, 1, 1, 9, 1), (3, 3, 3, 3, 3), (0, 7, 0, 1, 0)]
)
async def test_steps_that_begin_while_others_run_do_so_again(
    settings: Settings, turns: tuple[int, ...]
) -> None:
    left = list(turns)

    @tool(side_effects=False)
    async def work(n: int, on: int = 0) -> int:
        """Work for some turns of the loop."""
        for _ in range(left.pop(0)):
            await asyncio.sleep(0)
        return n

    model = ScriptedModel(calls("plan", steps=STEPS), says("It is 1 [S1]."))
    async with Assistant(
        settings=settings, model=model, tools=[work], builtins=False, memory=None
    ) as assistant:
        answer = await assistant.ask("Go.", thread="t")
        assert assistant.home.database is not None
        entries = await RecordingStore(assistant.home.database).read(answer.run_id)
        events = await assistant.events("t")
    for _ in range(3):
        assert lines((await replay(entries, events)).events) == lines(events)


async def test_a_miss_names_the_first_field_that_differs(settings: Settings) -> None:
    entries, events = await recorded(settings)
    head = entries[0].back
    assert isinstance(head, dict)
    prompt = head["prompt"]
    assert isinstance(prompt, dict)
    prompt["text"] = "Another prompt."
    with pytest.raises(ReplayMiss, match=r"messages\[0\]\.text: recorded .*now \"Another prompt"):
        await replay(entries, events)


async def test_a_live_model_over_recorded_tools_shows_the_first_divergence(
    settings: Settings,
) -> None:
    entries, events = await recorded(settings)
    other = ScriptedModel(calls("slow").also("quick"), says("That is all [S1]."), name="other")
    again = await replay(entries, events, model=other)
    assert again.misses == ()
    assert again.divergence is not None
    assert "model: recorded" in again.divergence


async def test_a_fork_keeps_what_came_before_the_step(settings: Settings) -> None:
    entries, events = await recorded(settings)
    late = ScriptedModel(says("Nobody knows."), name="late")
    again = await replay(entries, events, model=late, fork=Fork(step="s4"))
    steps = [event.step_id for event in again.events if isinstance(event, StepStarted)]
    assert steps == ["s1", "s2", "s3"]
    assert again.events[-1].type == "run.completed"
    late.finished()


async def test_a_fork_with_another_result_goes_on_from_it(settings: Settings) -> None:
    entries, events = await recorded(settings)
    late = ScriptedModel(says("It is 9 [S3]."), name="late")
    fork = Fork(step="s4", result="x is 9")
    again = await replay(entries, events, model=late, fork=fork)
    (found,) = [e for e in again.events if isinstance(e, StepFinished) and e.step_id == "s4"]
    assert found.evidence[0].content == "x is 9"
    assert late.seen[0].messages[-1].text.endswith("x is 9")


async def test_a_fork_has_another_result_among_live_tools_too(settings: Settings) -> None:
    entries, events = await recorded(settings)
    late = ScriptedModel(says("It is 9 [S3]."), name="late")
    fork = Fork(step="s4", result="x is 9")
    again = await replay(entries, events, model=late, tools=tools(), fork=fork)
    (found,) = [e for e in again.events if isinstance(e, StepFinished) and e.step_id == "s4"]
    assert found.evidence[0].content == "x is 9"


async def test_under_another_policy_the_model_is_asked_only_for_what_it_never_said(
    settings: Settings,
) -> None:
    model = ScriptedModel(calls("look"), says("It is 3 [S1]. It is 4711 [S1]."))
    async with Assistant(
        settings=settings, model=model, tools=[look], builtins=False, memory=None, release="label"
    ) as assistant:
        answer = await assistant.ask("How many?", thread="t")
        assert assistant.home.database is not None
        entries = await RecordingStore(assistant.home.database).read(answer.run_id)
        events = await assistant.events("t")
    spare = ScriptedModel(says("It is 3 in all [S1]."))
    fork = Fork(step="s1", policy="hold")
    again = await replay(entries, events, spare=spare, fork=fork)
    spare.finished()
    assert again.misses == ()
    (done,) = [event for event in again.events if isinstance(event, AnswerCompleted)]
    assert done.text == "It is 3 [S1]. \n\nIt is 3 in all [S1]."


@pytest.mark.parametrize(
    "kept",
    [
        {"openai_api_key": SecretStr(SECRET)},
        {
            "tools": ToolSettings(
                mcp={
                    "lost": McpServerSettings(
                        command=("/no/such/program",), env={"TOKEN": SecretStr(SECRET)}
                    )
                }
            )
        },
    ],
    ids=["a provider's key", "an MCP server's environment"],
)
async def test_secrets_of_the_settings_are_not_in_a_recording(
    settings: Settings, kept: dict[str, object]
) -> None:
    entries, _ = await recorded(settings.model_copy(update=kept))
    text = "".join(entry.written() for entry in entries)
    assert SECRET not in text
    assert "[redacted]" in text


async def test_a_recording_goes_with_its_thread(settings: Settings) -> None:
    await recorded(settings)
    async with Assistant(settings=settings, model=script(), builtins=False) as assistant:
        (run,) = await assistant.runs("t")
        assert assistant.home.database is not None
        store = RecordingStore(assistant.home.database)
        assert await store.read(run.run_id)
        await assistant.delete_thread("t")
        assert await store.read(run.run_id) == []


async def test_without_recording_nothing_is_kept_and_a_replay_says_so(settings: Settings) -> None:
    model = ScriptedModel(says("Hello."))
    async with Assistant(settings=settings, model=model, builtins=False, record=False) as assistant:
        answer = await assistant.ask("Hi", thread="t")
        assert assistant.home.database is not None
        entries = await RecordingStore(assistant.home.database).read(answer.run_id)
        events = await assistant.events("t")
    with pytest.raises(ReplayMiss, match="no recording"):
        await replay(entries, events)
