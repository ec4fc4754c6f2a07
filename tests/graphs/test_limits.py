"""Limits: a run that reaches one ends with what it has, and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from surefoot import ScriptedModel, calls, says, tool
from surefoot.errors import LimitReached
from surefoot.events import AnswerDelta, AnswerRetracted, StepFailed, StepStarted
from surefoot.graphs import Budget
from surefoot.limits import Limits, ReleasePolicy
from surefoot.messages import ToolCall, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta

from .conftest import Hours, add, driven, plan, results, step

pytestmark = pytest.mark.anyio


class Priced:
    """A model whose calls cost something; it adds 1 and 1, 2 and 2, and so on."""

    name = "priced"

    def __init__(self, finished: Finished) -> None:
        self.made = 0
        self._finished = finished

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Call the tool, as long as there is one."""
        self.made += 1
        if request.tools:
            args = {"a": self.made, "b": self.made}
            yield ToolCall(call_id=f"c{self.made}", name="add", args=dict(args))
        else:
            yield TextDelta("It is 2 [S1].")
        yield self._finished


async def test_steps_that_are_used_up_make_the_model_answer_and_are_named() -> None:
    with ScriptedModel(
        calls("add", a=1, b=1), calls("add", a=2, b=2), says("It is 2 [S1].")
    ) as model:
        run = driven(model, add, limits=Limits(steps=1))
        answer = await run.ask()
    assert answer.reason == "limit"
    assert answer.text == (
        "It is 2 [S1].\n\nI had to stop early. The run reached its limit of 1 steps (used: 1). "
        "Not done: add(a=2, b=2)."
    )
    assert [event.code for event in run.told(StepFailed)] == ["limit"]
    assert len(run.told(StepStarted)) == 1
    note = model.seen[-1].messages[-1]
    assert isinstance(note, UserMessage) and "limit of 1 steps" in note.text


async def test_steps_used_up_within_a_plan_keep_what_was_done() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=1),
        plan(step("a", "add", a=2, b=2), step("b", "add", a={"$ref": "a"}, b=1)),
        calls("add", a=2, b=2),
        calls("add", a=5, b=5).also("add", a=6, b=6),
        says("It is 4 [S2]."),
    )
    run = driven(model, add, limits=Limits(steps=2))
    answer = await run.ask()
    assert "The plan has 2 steps, but only 1 may still be made." in results(model, 2)[-1].text
    assert answer.reason == "limit"
    assert answer.text.endswith("Not done: add(a=5, b=5); add(a=6, b=6).")
    assert answer.usage.tool_calls == 2


async def test_the_last_model_call_is_kept_for_the_answer() -> None:
    model = Priced(Finished(reason="stop"))
    answer = await driven(model, add, limits=Limits(model_calls=3)).ask()
    assert model.made == 3 and answer.reason == "limit"
    assert answer.text == (
        "It is 2 [S1].\n\nI had to stop early. "
        "The run reached its limit of 3 model calls (used: 2)."
    )


async def test_a_single_model_call_that_plans_ends_with_what_was_found() -> None:
    model = Priced(Finished(reason="stop"))
    answer = await driven(model, add, limits=Limits(model_calls=1)).ask()
    assert model.made == 1 and answer.reason == "limit"
    assert answer.text == (
        "I had to stop before I could answer. The run reached its limit of 1 model calls "
        "(used: 1). This had been found:\n- 2 [S1]"
    )
    assert [citation.evidence_id for citation in answer.citations] == ["S1"]


@pytest.mark.parametrize(
    ("finished", "limits", "told"),
    [
        (
            Finished(reason="stop", input_tokens=60, output_tokens=40),
            Limits(tokens=100),
            "limit of 100 tokens (used: 100)",
        ),
        (
            Finished(reason="stop", cost_usd=0.25),
            Limits(cost_usd=0.2),
            "limit of 0.2 US dollars (used: 0.25)",
        ),
    ],
)
async def test_tokens_and_money_that_are_spent_end_the_run_with_what_was_found(
    finished: Finished, limits: Limits, told: str
) -> None:
    run = driven(Priced(finished), add, limits=limits)
    answer = await run.ask()
    assert answer.reason == "limit" and told in answer.text
    assert "Not done: add(a=1, b=1)." in answer.text
    assert answer.usage.model_calls == 1 and answer.usage.tool_calls == 0


class Slow:
    """A model that never comes to the end of its message."""

    name = "slow"

    def __init__(self, *words: str) -> None:
        self._words = words

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Say the words and fall silent."""
        for word in self._words:
            yield TextDelta(word)
        await asyncio.Event().wait()
        yield Finished(reason="stop")


@pytest.mark.parametrize("policy", ["hold", "label", "retract"])
async def test_time_that_is_up_within_the_answer_keeps_the_sentences_that_were_checked(
    policy: ReleasePolicy,
) -> None:
    model = Slow("The sky is blue. ", "Grass is gre")
    run = driven(model, limits=Limits(seconds=1), policy=policy)
    answer = await run.ask()
    assert answer.reason == "limit"
    assert answer.text.startswith(
        "The sky is blue. \n\nI had to stop before the end of the answer. The run reached its limit"
    )
    shown: dict[int, str] = {}
    for event in run.events:
        if isinstance(event, AnswerDelta):
            shown[event.sentence] = shown.get(event.sentence, "") + event.text
        elif isinstance(event, AnswerRetracted):
            shown[event.sentence] = event.text
    assert "".join(shown[index] for index in sorted(shown)).strip() == answer.text


async def test_time_that_is_up_before_the_first_word_is_told() -> None:
    answer = await driven(Slow(), limits=Limits(seconds=1)).ask()
    assert answer.text.startswith("I had to stop before I could answer. The run reached its limit")
    assert answer.text.endswith("Nothing had been found yet.")


async def test_a_tool_is_stopped_when_the_time_of_the_run_is_up() -> None:
    @tool(side_effects=False)
    async def wait() -> int:
        """Wait for ever."""
        await asyncio.Event().wait()
        return 1

    run = driven(ScriptedModel(calls("wait")), wait, limits=Limits(seconds=1))
    answer = await run.ask()
    (failed,) = run.told(StepFailed)
    assert (failed.code, failed.error) == (
        "limit",
        "wait was stopped, because the run's time was up.",
    )
    assert answer.reason == "limit" and "Not done: wait()." in answer.text


async def test_a_partial_answer_cites_nothing_that_evidence_pretends() -> None:
    @tool(side_effects=False)
    async def forge() -> str:
        """Return a forged citation."""
        return "As [S7] says"

    model = ScriptedModel(calls("forge"))
    answer = await driven(model, forge, limits=Limits(model_calls=1)).ask()
    assert [citation.evidence_id for citation in answer.citations] == ["S1"]


def test_everything_is_reserved_before_it_is_used(hours: Hours) -> None:
    budget = Budget(Limits(steps=2, model_calls=3, seconds=10, repairs=1), monotonic=hours)
    budget.reserve_model_call()
    budget.reserve_model_call()
    with pytest.raises(LimitReached) as reached:
        budget.reserve_model_call()
    assert (reached.value.limit, reached.value.used, reached.value.allowed) == ("model calls", 2, 3)
    budget.reserve_model_call(last=True)
    budget.reserve_steps(1)
    with pytest.raises(LimitReached):
        budget.reserve_steps(2)
    assert budget.steps_left == 1
    assert budget.reserve_repair() and not budget.reserve_repair()


def test_time_that_a_person_takes_does_not_count(hours: Hours) -> None:
    budget = Budget(Limits(seconds=10), monotonic=hours)
    hours.seconds = 4
    with budget.paused():
        hours.seconds = 1000
    assert budget.seconds == 4
    hours.seconds += 6
    with pytest.raises(LimitReached):
        budget.reserve_steps(1)


def test_what_earlier_attempts_used_counts(hours: Hours) -> None:
    first = Budget(Limits(), monotonic=hours)
    first.reserve_model_call()
    first.record(Finished(reason="stop", input_tokens=3, output_tokens=4, cost_usd=0.5))
    hours.seconds = 7
    second = Budget(Limits(), used=first.used(), monotonic=hours)
    second.reserve_steps(2)
    hours.seconds = 8
    used = second.used()
    assert (used.model_calls, used.tool_calls, used.seconds, used.cost_usd) == (1, 2, 8, 0.5)
    assert (used.input_tokens, used.output_tokens) == (3, 4)
