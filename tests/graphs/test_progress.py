"""Every round brings evidence, or the run comes to its end."""

from __future__ import annotations

import asyncio

import pytest

from surefoot import ScriptedModel, ToolError, calls, says, tool
from surefoot.events import StepFinished, StepStarted
from surefoot.evidence import DocumentSource, Finding
from surefoot.tools import ToolOutput

from .conftest import add, driven, plan, results, step

pytestmark = pytest.mark.anyio


async def test_a_call_that_was_made_is_not_made_again() -> None:
    model = ScriptedModel(calls("add", a=1, b=2), calls("add", b=2, a=1), says("It is 3 [S1]."))
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == "It is 3 [S1]."
    assert len(run.told(StepStarted)) == 1
    assert "This call was already made as s1; its result is above." in results(model, 2)[-1].text


async def test_a_model_that_repeats_itself_is_made_to_answer() -> None:
    same = [calls("add", a=1, b=2)] * 3
    with ScriptedModel(*same, says("It is 3 [S1].")) as model:
        run = driven(model, add)
        answer = await run.ask()
    assert answer.text == "It is 3 [S1]." and len(run.told(StepStarted)) == 1
    assert model.seen[-1].tools == ()


async def test_a_model_that_calls_tools_even_when_told_to_answer_ends_with_what_was_found() -> None:
    same = [calls("add", a=1, b=2)] * 5
    with ScriptedModel(*same) as model:
        answer = await driven(model, add).ask()
    assert answer.reason == "limit"
    assert answer.text == (
        "I had to stop before I could answer. The same calls were asked for again. "
        "This had been found:\n- 3 [S1]"
    )


async def test_two_rounds_without_evidence_close_the_run() -> None:
    @tool(side_effects=False)
    async def search(words: str) -> ToolOutput:
        """Search."""
        return ToolOutput(value=[])

    with ScriptedModel(
        calls("search", words="a"), calls("search", words="b"), says("There is nothing.")
    ) as model:
        answer = await driven(model, search).ask()
    assert answer.text == "There is nothing." and model.seen[-1].tools == ()


async def test_the_same_passages_found_with_other_words_are_no_progress() -> None:
    @tool(side_effects=False)
    async def search(words: str) -> Finding:
        """Search."""
        return Finding(source=DocumentSource(path="a.md", start=0, end=9), content="A passage")

    turns = [calls("search", words=word) for word in ("a", "b", "c")]
    with ScriptedModel(*turns, says("A passage [S1].")) as model:
        run = driven(model, search)
        await run.ask()
    assert model.seen[2].tools != () and model.seen[3].tools == ()
    assert len(run.told(StepFinished)) == 3


async def test_evidence_between_two_empty_rounds_keeps_the_run_going() -> None:
    @tool(side_effects=False)
    async def fail(n: int) -> int:
        """Fail."""
        raise ToolError("No.")

    with ScriptedModel(
        calls("fail", n=1), calls("add", a=1, b=2), calls("fail", n=2), says("It is 3 [S1].")
    ) as model:
        await driven(model, fail, add).ask()
    assert model.seen[-1].tools != ()


async def test_a_step_that_never_ran_may_be_asked_for_again() -> None:
    @tool(side_effects=False)
    async def open_door(key: str) -> str:
        """Open the door."""
        if key == "wrong":
            raise ToolError("It does not turn.")
        return "open"

    @tool(side_effects=False)
    async def enter() -> str:
        """Enter the room."""
        return "inside"

    model = ScriptedModel(
        plan(step("a", "open_door", key="wrong"), step("b", "enter", "a")),
        plan(step("a", "open_door", key="right"), step("b", "enter", "a")),
        says("I am inside [S2]."),
    )
    run = driven(model, open_door, enter)
    answer = await run.ask()
    assert [item.content for item in answer.evidence] == ["open", "inside"]


async def test_a_plan_that_repeats_a_call_runs_the_rest_and_says_where_the_result_is() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2),
        plan(step("x", "add", a=1, b=2), step("y", "add", a={"$ref": "x"}, b=10)),
        says("It is 13 [S2]."),
    )
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == "It is 13 [S2]."
    assert results(model, 2)[-1].text == (
        "## s1\nThis call was already made; its result is above.\n\n## s3 add\n[S2] tool · add\n13"
    )


async def test_a_look_after_a_change_is_no_repetition() -> None:
    from surefoot.graphs import Checkpoints, Decision

    items: list[str] = []

    @tool(side_effects=False)
    async def look() -> list[str]:
        """See what is there."""
        return list(items)

    @tool
    async def put(item: str) -> str:
        """Put something there."""
        items.append(item)
        return "done"

    model = ScriptedModel(
        calls("look"),
        calls("put", item="cup"),
        plan(step("a", "look"), step("b", "put", item="cup")),
        says("There is a cup [S3]."),
    )
    run = driven(model, look, put, checkpoints=Checkpoints())
    run.desk.decide("r1.s2", Decision(decision="approve"))
    answer = await asyncio.wait_for(run.ask(), 60)
    assert [item.content for item in answer.evidence] == ["[]", "done", '["cup"]']
    assert items == ["cup"]


async def test_a_look_behind_a_change_in_the_same_plan_sees_the_change() -> None:
    from surefoot.graphs import Checkpoints, Decision

    items: list[str] = []

    @tool(side_effects=False)
    async def look() -> list[str]:
        """See what is there."""
        return list(items)

    @tool
    async def put(item: str) -> str:
        """Put something there."""
        items.append(item)
        return "done"

    model = ScriptedModel(
        plan(step("a", "look"), step("b", "put", "a", item="cup"), step("c", "look", "b")),
        says("There is a cup [S3]."),
    )
    run = driven(model, look, put, checkpoints=Checkpoints())
    run.desk.decide("r1.s2", Decision(decision="approve"))
    answer = await asyncio.wait_for(run.ask(), 60)
    assert [item.content for item in answer.evidence] == ["[]", "done", '["cup"]']
