"""What keeps a plan from running, and how the model learns of it."""

from __future__ import annotations

import pytest

from surefoot import ScriptedModel, calls, says, tool
from surefoot.events import CheckFailed, CheckSkipped, PlanCreated, PlanRevised, StepStarted
from surefoot.graphs import DEFAULT_CHECKS, CallSubject, PlanSubject
from surefoot.limits import Limits
from surefoot.messages import UserMessage
from surefoot.verdicts import Verdict

from .conftest import add, driven, plan, results, step

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def count(text: str) -> int:
    """Count the letters of a text."""
    return len(text)


@tool(side_effects=False)
async def shout(text: str, times: int = 1) -> str:
    """Say a text louder."""
    return text.upper() * times


async def test_an_unknown_tool_is_answered_with_the_nearest_name_and_mended() -> None:
    with ScriptedModel(calls("ad", a=1, b=2), calls("add", a=1, b=2), says("3 [S1].")) as model:
        run = driven(model, add)
        answer = await run.ask()
    assert answer.text == "3 [S1]."
    (message,) = results(model, 1)
    assert message.is_error and "There is no tool 'ad' (did you mean 'add'?)" in message.text
    (failed,) = run.told(CheckFailed)
    assert (failed.stage, failed.code) == ("plan", "plan_not_runnable")
    assert [event.step_id for event in run.told(StepStarted)] == ["s2"]
    assert len(run.told(PlanCreated)) == 1


async def test_bad_arguments_are_answered_with_what_is_wrong_and_mended() -> None:
    with ScriptedModel(
        calls("add", a=2, b=2), calls("add", a="x", c=2), calls("add", a=1, b=2), says("3 [S2].")
    ) as model:
        run = driven(model, add)
        await run.ask()
    message = results(model, 2)[-1]
    (revised,) = run.told(PlanRevised)
    assert revised.reason.startswith("the plan had a fault: s2: The arguments of 'add'")
    assert "Nothing was run, because the plan has a fault." in message.text
    assert "'b' is missing" in message.text and "no argument 'c'" in message.text


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            [step("a", "count", text={"$ref": "b"}), step("b", "shout", text="{{a}}")],
            "wait for each other",
        ),
        ([step("a", "count", "a", text="x")], "wait for each other"),
        ([step("a", "count", text={"$ref": "z.text"})], "It needs step 'z', which is not there"),
        ([step("a", "count", "z", text="x")], "It needs step 'z', which is not there"),
        (
            [step("a", "shout", text="x"), step("b", "shout", text="y", times={"$ref": "a"})],
            "Argument 'times' of shout must be integer, but 's1' is string.",
        ),
        (
            [step("a", "shout", text="x"), step("b", "count", texts={"$ref": "a"})],
            "count takes no argument 'texts'; it takes text.",
        ),
        (
            [step("a", "shout", text="x"), step("b", "shout", times={"$ref": "a"})],
            "shout needs the argument 'text'.",
        ),
        (
            [step("a", "shout", text="x"), step("b", "shout", "a", text="x", times="many")],
            "times: should be a valid integer",
        ),
        ([step("a", "count", text="x"), step("a", "count", text="y")], "two steps are called 'a'"),
        ([step("1st", "count", text="x")], "The plan cannot be read: steps.0.id"),
        ([], "The plan cannot be read: steps"),
    ],
)
async def test_a_plan_with_a_fault_is_not_begun(steps: list[dict[str, object]], told: str) -> None:
    model = ScriptedModel(plan(*steps), says("I cannot."))  # type: ignore[arg-type]
    run = driven(model, count, shout)
    await run.ask()
    (message,) = results(model, 1)
    assert message.is_error and told in message.text
    assert not run.told(StepStarted)


async def test_a_number_may_stand_where_any_number_is_asked_for() -> None:
    @tool(side_effects=False)
    async def half(n: float) -> float:
        """Halve a number."""
        return n / 2

    model = ScriptedModel(
        plan(step("a", "count", text="four"), step("b", "half", n={"$ref": "a"})), says("Done.")
    )
    run = driven(model, count, half)
    await run.ask()
    assert [event.args for event in run.told(StepStarted)] == [{"text": "four"}, {"n": 4.0}]


async def test_a_path_that_leads_nowhere_fails_its_step_and_names_what_is_there() -> None:
    @tool(side_effects=False)
    async def row() -> dict[str, int]:
        """Return a row."""
        return {"total": 3}

    model = ScriptedModel(
        plan(step("a", "row"), step("b", "count", text="{{a.totl}}")), says("No.")
    )
    await driven(model, row, count).ask()
    (message,) = results(model, 1)
    assert "Error (bad_reference): 's1.totl' names 'totl', which is not there." in message.text
    assert "Did you mean 'total'?" in message.text


async def test_one_tool_that_does_not_exist_keeps_the_whole_message_from_running() -> None:
    model = ScriptedModel(calls("count", text="x").also("cont", text="x"), says("No."))
    run = driven(model, count)
    await run.ask()
    assert [m.is_error for m in results(model, 1)] == [True, True]
    assert not run.told(StepStarted)


async def test_a_model_that_cannot_mend_its_plan_is_made_to_answer() -> None:
    wrong = [calls("ad", a=n, b=n) for n in range(3)]
    with ScriptedModel(*wrong, says("I could not.")) as model:
        run = driven(model, add, limits=Limits(repairs=2))
        answer = await run.ask()
    assert answer.text == "I could not." and answer.reason == "answered"
    last = model.seen[-1]
    assert last.tools == ()
    note = last.messages[-1]
    assert isinstance(note, UserMessage)
    assert "no more tools can be called. The plan could not be mended." in note.text


async def test_a_plan_with_more_steps_than_are_left_is_sent_back() -> None:
    turn = calls("add", a=0, b=0)
    for n in range(1, 4):
        turn = turn.also("add", a=n, b=n)
    model = ScriptedModel(turn, calls("add", a=1, b=1), says("It is 2 [S1]."))
    run = driven(model, add, limits=Limits(steps=3))
    answer = await run.ask()
    assert "The plan has 4 steps, but only 3 may still be made." in results(model, 1)[0].text
    assert answer.text == "It is 2 [S1]." and answer.reason == "answered"


async def test_a_check_of_the_users_can_send_a_plan_back() -> None:
    def no_shouting(subject: PlanSubject) -> Verdict | None:
        if any(step.tool == "shout" for step in subject.plan.steps):
            return subject.unsupported("loud", "It shouts.", repair="Be quiet.")
        return None

    model = ScriptedModel(calls("shout", text="x"), calls("count", text="x"), says("1 [S1]."))
    run = driven(model, count, shout, checks=DEFAULT_CHECKS.with_(plan=[no_shouting]))
    answer = await run.ask()
    assert answer.text == "1 [S1]."
    (failed,) = run.told(CheckFailed)
    assert (failed.stage, failed.check, failed.code) == ("plan", "no_shouting", "loud")
    assert "It shouts." in results(model, 1)[0].text


async def test_a_check_of_the_users_can_keep_a_call_from_being_made() -> None:
    def short(subject: CallSubject) -> Verdict | None:
        if len(str(subject.args.get("text"))) > 3:
            return subject.unsupported("long", "The text is too long.", repair="Shorten it.")
        return None

    model = ScriptedModel(
        calls("count", text="longer").also("count", text="x"), says("It is 1 [S1].")
    )
    run = driven(model, count, checks=DEFAULT_CHECKS.with_(call=[short]))
    await run.ask()
    assert [event.args for event in run.told(StepStarted)] == [{"text": "x"}]
    (failed,) = run.told(CheckFailed)
    assert (failed.stage, failed.check, failed.claim_id) == ("call", "short", "s1")
    assert "Error (long): The text is too long. Shorten it." in results(model, 1)[0].text


TWO_THINGS = "How many letters has banana, and how many vowels are in cucumber?"


@pytest.mark.parametrize(
    ("question", "texts", "hint"),
    [
        (TWO_THINGS, ["banana"], "'how many vowels are in cucumber'"),
        (TWO_THINGS, ["banana", "cucumber"], None),
        (TWO_THINGS, ["fruit"], None),
        ("How many letters has banana?", ["banana"], None),
        ("How many letters has banana? And why?", ["banana"], None),
        ("Imagine a teacher in class. How many letters has banana?", ["banana"], None),
        ("How many letters has banana? Then there are 12 vowels.", ["banana"], None),
        (
            "How many letters has banana? Mother has 12 vowels.",
            ["banana"],
            "'Mother has 12 vowels'",
        ),
        ("How many letters has banana? Mother has 12 vowels.", ["banana", "12"], None),
        ("How many letters has banana, and how many has it twice?", ["banana"], None),
    ],
)
async def test_a_part_of_the_question_that_no_step_looks_for_is_pointed_out(
    question: str, texts: list[str], hint: str | None
) -> None:
    turn = calls("count", text=texts[0])
    for text in texts[1:]:
        turn = turn.also("count", text=text)
    model = ScriptedModel(turn, says("Done."))
    run = driven(model, count)
    await run.ask(question)
    told = results(model, 1)[-1].text
    if hint is None:
        assert "Check:" not in told
    else:
        assert f"Check: No step looks for this part of the question: {hint}." in told
        assert [e.code for e in run.told(CheckSkipped) if e.stage == "plan"] == ["part_not_covered"]
    assert not run.told(CheckFailed)


async def test_what_has_been_found_already_needs_no_step() -> None:
    with ScriptedModel(
        calls("count", text="cucumber"), calls("count", text="banana"), says("Done.")
    ) as model:
        run = driven(model, count)
        await run.ask(TWO_THINGS)
    (revised,) = run.told(PlanRevised)
    assert revised.reason.startswith("a check of the plan: No step looks for this part")
    assert "Check:" in results(model, 1)[-1].text and "Check:" not in results(model, 2)[-1].text
