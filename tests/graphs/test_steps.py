"""How a run takes its steps: alone, side by side, one upon another."""

from __future__ import annotations

import asyncio

import pytest

from surefoot import ScriptedModel, ToolError, calls, says, tool
from surefoot.agent import ScriptedTurn
from surefoot.events import PlanCreated, PlanRevised, StepFailed, StepFinished, StepStarted
from surefoot.limits import Limits
from surefoot.messages import AssistantMessage, SystemMessage, ToolCall, UserMessage
from surefoot.tools import CallContext, ToolOutput

from .conftest import add, driven, plan, results, step

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def double(n: float) -> dict[str, float]:
    """Double a number."""
    return {"twice": n * 2}


@tool(side_effects=False)
async def spell(text: str) -> str:
    """Return a text as it came."""
    return text


async def test_an_answer_without_tools_is_one_model_call() -> None:
    with ScriptedModel(says("Hello there.")) as model:
        run = driven(model)
        answer = await run.ask("Hi")
    assert answer.text == "Hello there."
    assert model.seen[0].messages == (SystemMessage("Answer from evidence."), UserMessage("Hi"))
    assert model.seen[0].tools == ()
    assert run.types == ["answer.delta", "answer.completed"]


async def test_one_call_is_a_plan_of_one_step() -> None:
    with ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1].")) as model:
        run = driven(model, add)
        answer = await run.ask()
    assert answer.text == "It is 3 [S1]."
    assert [spec.name for spec in model.seen[0].tools] == ["add", "plan"]
    assert run.types == [
        "plan.created",
        "step.started",
        "step.finished",
        "answer.delta",
        "answer.completed",
    ]
    (made,) = run.told(PlanCreated)
    assert [(s.id, s.call_id) for s in made.plan.steps] == [("s1", "r1.s1")]
    assert [message.text for message in results(model, 1)] == ["[S1] tool · add\n3"]


async def test_calls_of_one_message_run_side_by_side() -> None:
    both = asyncio.Event()
    begun = 0

    @tool(side_effects=False)
    async def meet(who: str) -> str:
        """Wait until two are here."""
        nonlocal begun
        begun += 1
        if begun == 2:
            both.set()
        await both.wait()
        return who

    model = ScriptedModel(calls("meet", who="a").also("meet", who="b"), says("Met."))
    run = driven(model, meet)
    await asyncio.wait_for(run.ask(), 60)
    assert [message.text for message in results(model, 1)] == [
        "[S1] tool · meet\na",
        "[S2] tool · meet\nb",
    ]


async def test_no_more_calls_run_at_once_than_the_limits_allow() -> None:
    running = most = 0

    @tool(side_effects=False)
    async def work(n: int) -> int:
        """Work for a while."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return n

    turn = calls("work", n=0)
    for n in range(1, 7):
        turn = turn.also("work", n=n)
    run = driven(ScriptedModel(turn, says("Done.")), work, limits=Limits(parallel_calls=3))
    await run.ask()
    assert most == 3
    assert len(run.told(StepFinished)) == 7


async def test_evidence_is_numbered_in_plan_order_whatever_finishes_first() -> None:
    last = asyncio.Event()

    @tool(side_effects=False)
    async def wait(who: str) -> str:
        """Wait for the last one."""
        if who == "c":
            last.set()
        await last.wait()
        return who

    turn = calls("wait", who="a").also("wait", who="b").also("wait", who="c")
    run = driven(ScriptedModel(turn, says("Done.")), wait)
    answer = await run.ask()
    assert [(item.id, item.content) for item in answer.evidence] == [
        ("S1", "a"),
        ("S2", "b"),
        ("S3", "c"),
    ]
    assert [event.step_id for event in run.told(StepFinished)] == ["s1", "s2", "s3"]


async def test_a_step_takes_values_from_another_without_the_model() -> None:
    turn = plan(
        step("total", "double", n=21),
        step("again", "double", n={"$ref": "total.twice"}),
        step("say", "spell", text="It is {{ again.twice }}, {{unknown}} and {{total}}"),
    )
    with ScriptedModel(turn, says("Done.")) as model:
        run = driven(model, double, spell)
        await run.ask()
    assert [event.args for event in run.told(StepStarted)] == [
        {"n": 21.0},
        {"n": 42.0},
        {"text": 'It is 84.0, {{unknown}} and {"twice": 42.0}'},
    ]
    assert results(model, 1)[0].text == (
        '## s1 double\n[S1] tool · double\n{"twice": 42.0}\n\n'
        '## s2 double\n[S2] tool · double\n{"twice": 84.0}\n\n'
        '## s3 spell\n[S3] tool · spell\nIt is 84.0, {{unknown}} and {"twice": 42.0}'
    )


async def test_a_later_plan_takes_values_from_an_earlier_one() -> None:
    model = ScriptedModel(
        calls("double", n=4),
        plan(
            step("a", "double", n={"$ref": "s1.twice"}), step("b", "spell", text="n={{s1.twice}}")
        ),
        says("Done."),
    )
    run = driven(model, double, spell)
    await run.ask()
    assert [event.args for event in run.told(StepStarted)[1:]] == [{"n": 8.0}, {"text": "n=8.0"}]
    (revised,) = run.told(PlanRevised)
    assert (revised.plan.revision, revised.added) == (1, ("s2", "s3"))
    assert revised.reason == "new findings: S1"


async def test_a_later_plan_tells_which_steps_without_a_result_it_drops() -> None:
    @tool(side_effects=False)
    async def broken(n: int) -> int:
        """Fail."""
        raise ToolError("Out of ink.")

    model = ScriptedModel(
        plan(
            step("a", "broken", n=1),
            step("b", "double", n={"$ref": "a"}),
            step("c", "double", n=3),
        ),
        calls("double", n=4),
        calls("broken", n=5).also("double", n=6),
        says("Done."),
    )
    run = driven(model, broken, double)
    await run.ask()
    assert [(e.added, e.dropped, e.reason) for e in run.told(PlanRevised)] == [
        (("s4",), ("s1", "s2"), "s1 failed: Out of ink."),
        (("s5", "s6"), (), "new findings: S2"),
    ]


async def test_a_step_that_was_not_made_and_is_asked_for_again_is_not_dropped() -> None:
    failures = iter([ToolError("Busy.")])

    @tool(side_effects=False)
    async def shaky(n: int) -> float:
        """Fail the first time."""
        for error in failures:
            raise error
        return float(n)

    model = ScriptedModel(
        plan(step("a", "shaky", n=1), step("b", "double", "a", n=7)),
        plan(step("a", "shaky", n=2), step("b", "double", n=7)),
        says("Done."),
    )
    run = driven(model, shaky, double)
    await run.ask()
    (revised,) = run.told(PlanRevised)
    assert (revised.added, revised.dropped) == (("s3", "s4"), ("s1",))


async def test_steps_whose_new_names_are_others_old_names_are_not_mixed_up() -> None:
    model = ScriptedModel(
        calls("double", n=1),
        plan(
            step("s1", "double", n=10),
            step("s2", "double", n=100),
            step("s3", "spell", text="{{s1.twice}} {{s2.twice}}"),
        ),
        says("Done."),
    )
    run = driven(model, double, spell)
    await run.ask()
    assert run.told(StepStarted)[-1].args == {"text": "20.0 200.0"}


async def test_a_call_asked_for_twice_in_one_message_is_made_once() -> None:
    model = ScriptedModel(calls("add", a=1, b=2).also("add", b=2, a=1), says("It is 3 [S1]."))
    run = driven(model, add)
    await run.ask()
    assert len(run.told(StepStarted)) == 1
    first, second = results(model, 1)
    assert first.text == second.text == "[S1] tool · add\n3"
    assert (first.call_id, second.call_id) == ("turn1_call_0", "turn1_call_1")


async def test_shared_steps_run_once_and_feed_everybody_that_needs_them() -> None:
    turn = plan(
        step("a", "double", n=1),
        step("b", "double", n=1),
        step("c", "double", n={"$ref": "a.twice"}),
        step("d", "double", n={"$ref": "b.twice"}),
    )
    model = ScriptedModel(turn, says("Done."))
    run = driven(model, double)
    await run.ask()
    assert [event.args for event in run.told(StepStarted)] == [{"n": 1.0}, {"n": 2.0}]


async def test_a_failing_step_keeps_its_siblings_and_fails_what_needs_it() -> None:
    @tool(side_effects=False)
    async def broken(n: int) -> int:
        """Fail."""
        raise ToolError("Out of ink. Take another.", code="out_of_ink")

    turn = plan(
        step("a", "broken", n=1),
        step("b", "double", n=2),
        step("c", "double", n={"$ref": "a.twice"}),
        step("d", "double", n={"$ref": "b.twice"}),
    )
    model = ScriptedModel(turn, says("It is 8 [S2]."))
    run = driven(model, broken, double)
    answer = await run.ask()
    assert answer.text == "It is 8 [S2]."
    assert [(event.step_id, event.code) for event in run.told(StepFailed)] == [
        ("s1", "out_of_ink"),
        ("s3", "needs_failed_step"),
    ]
    (message,) = results(model, 1)
    assert not message.is_error
    assert "Error (out_of_ink): Out of ink. Take another." in message.text
    assert "Error (needs_failed_step): It needs the result of s1, which failed." in message.text


async def test_a_tool_that_takes_too_long_is_stopped_and_its_siblings_kept() -> None:
    stopped = False

    @tool(side_effects=False, timeout_seconds=0.01)
    async def slow() -> int:
        """Never end."""
        nonlocal stopped
        try:
            await asyncio.Event().wait()
        finally:
            stopped = True
        return 1

    model = ScriptedModel(calls("slow").also("add", a=1, b=2), says("It is 3 [S1]."))
    run = driven(model, slow, add)
    answer = await run.ask()
    assert stopped and answer.text == "It is 3 [S1]."
    (failed,) = run.told(StepFailed)
    assert (failed.code, failed.error) == (
        "timeout",
        "slow took longer than 0.01 s and was stopped.",
    )


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("secret detail"), "ValueError"),
        (TimeoutError("the socket"), "TimeoutError"),
        (SystemExit(2), "SystemExit"),
        (asyncio.CancelledError(), "CancelledError"),
    ],
)
async def test_a_tool_that_crashes_fails_alone(
    error: BaseException, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    @tool(side_effects=False)
    async def crash() -> int:
        """Crash."""
        raise error

    model = ScriptedModel(calls("crash").also("add", a=1, b=2), calls("crash"), says("3 [S1]."))
    run = driven(model, crash, add)
    answer = await run.ask()
    assert answer.text == "3 [S1]."
    (failed,) = run.told(StepFailed)
    assert failed.code == "tool_crashed"
    assert failed.error == f"crash failed with an internal error ({name})."
    assert "secret detail" not in run.words
    assert "crash" in caplog.text


async def test_a_crash_alone_in_its_wave_fails_alone_too() -> None:
    @tool(side_effects=False)
    async def leave() -> int:
        """Leave the program."""
        raise SystemExit

    run = driven(ScriptedModel(calls("leave"), says("It left.")), leave)
    assert (await run.ask()).text == "It left."


async def test_a_tool_learns_on_whose_behalf_it_is_called() -> None:
    seen: list[CallContext] = []

    @tool(side_effects=False)
    async def look(context: CallContext) -> str:
        """Look around."""
        seen.append(context)
        return "seen"

    run = driven(ScriptedModel(calls("look"), says("Seen.")), look)
    await run.ask()
    assert [(c.scope, c.run_id, c.call_id) for c in seen] == [(run.context.scope, "r1", "r1.s1")]


async def test_a_result_without_findings_says_that_nothing_was_found() -> None:
    @tool(side_effects=False)
    async def search() -> ToolOutput:
        """Search."""
        return ToolOutput(value=[])

    model = ScriptedModel(calls("search"), says("There is nothing."))
    await driven(model, search).ask()
    (message,) = results(model, 1)
    assert message.text.startswith("Nothing was found.\n\nCheck: search found nothing.")
    assert not message.is_error


async def test_arguments_that_were_no_json_are_answered_and_the_rest_is_run() -> None:
    broken = ScriptedTurn(
        calls=(
            ToolCall(call_id="x", name="add", args={}, error="The arguments are not valid JSON."),
            ToolCall(call_id="y", name="add", args={"a": 1, "b": 2}),
        )
    )
    model = ScriptedModel(broken, says("It is 3 [S1]."))
    await driven(model, add).ask()
    first, second = results(model, 1)
    assert first.is_error and "not valid JSON" in first.text
    assert second.text == "[S1] tool · add\n3"


async def test_what_the_model_said_beside_its_calls_stays_in_the_conversation() -> None:
    turn = ScriptedTurn(
        text="Let me add 99 heron things.",
        calls=(ToolCall(call_id="c", name="add", args={"a": 1, "b": 2}),),
    )
    model = ScriptedModel(turn, says("It is 3 [S1]."))
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == "It is 3 [S1]."
    said = [m for m in model.seen[1].messages if isinstance(m, AssistantMessage)]
    assert said[0].text == "Let me add 99 heron things."
    assert "heron" not in run.words
