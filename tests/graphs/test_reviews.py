"""What is asked about claims that no check could decide, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from surefoot import ModelError, ScriptedModel, calls, says
from surefoot.agent import fails
from surefoot.events import AnswerDelta, CheckFailed, CheckPassed, CheckSkipped
from surefoot.graphs import DEFAULT_CHECKS, AskModel, Claim
from surefoot.limits import Limits, ReleasePolicy
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.verdicts import Verdict

from .conftest import Driven, add, driven

pytestmark = pytest.mark.anyio

LEFT_OUT = "I left out one statement, because I could not verify it against the evidence."


@dataclass(kw_only=True)
class Elder:
    """A review that a test decides on."""

    decide: Callable[[Claim], Verdict | None]
    name: str = "elder"
    seconds: float = 5.0
    seen: list[str] = field(default_factory=list[str])
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        self.seen.append(claim.text)
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        return self.decide(claim)


def doubts_blue(claim: Claim) -> Verdict | None:
    if "blue" in claim.text:
        return claim.contradicted("not_so", "The evidence speaks against it.")
    return claim.supported()


def with_review(model: ScriptedModel, elder: Elder, policy: ReleasePolicy = "hold") -> Driven:
    return driven(model, add, checks=DEFAULT_CHECKS.with_(reviews=[elder]), policy=policy)


async def test_only_what_is_left_open_is_reviewed() -> None:
    elder = Elder(decide=doubts_blue)
    model = ScriptedModel(
        calls("add", a=1, b=2), says("It is 3 [S1]. It is 4711. It is green."), says("NONE")
    )
    run = with_review(model, elder)
    answer = await run.ask()
    assert elder.seen == ["It is green."]
    assert answer.text == f"It is 3 [S1]. It is green.\n\n{LEFT_OUT}"
    assert ("elder", "c2") in [(e.check, e.claim_id) for e in run.told(CheckPassed)]


@pytest.mark.parametrize("policy", ["hold", "retract"])
async def test_what_a_review_speaks_against_does_not_stand(policy: ReleasePolicy) -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("It is blue. It is 3 [S1]. It is green."), says("NONE")
    )
    run = with_review(model, Elder(decide=doubts_blue), policy)
    answer = await run.ask()
    assert answer.text == f"It is 3 [S1]. It is green.\n\n{LEFT_OUT}"
    (failed,) = run.told(CheckFailed)
    assert (failed.claim_id, failed.check, failed.outcome, failed.code) == (
        "c0",
        "elder",
        "contradicted",
        "not_so",
    )
    assert policy != "hold" or "blue" not in run.words


async def test_sentences_leave_in_order_while_reviews_are_under_way() -> None:
    elder = Elder(decide=doubts_blue, gate=asyncio.Event())
    run: list[Driven] = []
    before: list[str] = []

    class Watched:
        name = "watched"

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            if not isinstance(request.messages[-1], ToolMessage):
                yield TextDelta("I shall add. ")
                yield ToolCall(call_id="a", name="add", args={"a": 1, "b": 2})
            else:
                yield TextDelta("It is green. What it is [S1]. S")
                await elder.asked.wait()
                before.extend(event.text for event in run[0].told(AnswerDelta))
                assert elder.gate is not None
                elder.gate.set()
                yield TextDelta("o.")
            yield Finished(reason="stop")

    run.append(driven(Watched(), add, checks=DEFAULT_CHECKS.with_(reviews=[elder])))
    answer = await run[0].ask()
    assert before == []
    assert [event.text for event in run[0].told(AnswerDelta)] == [
        "It is green. ",
        "What it is [S1]. ",
        "So.",
    ]
    assert answer.text == "It is green. What it is [S1]. So."
    assert "I shall add. " not in elder.seen


async def test_a_review_that_takes_too_long_says_so_and_passes_nothing_as_supported() -> None:
    elder = Elder(decide=doubts_blue, seconds=0.01, gate=asyncio.Event())
    run = with_review(ScriptedModel(says("It is green.")), elder)
    assert (await run.ask()).text == "It is green."
    assert [(e.check, e.outcome, e.code) for e in run.told(CheckSkipped)] == [
        ("claim", "not_checkable", "nothing_to_check"),
        ("elder", "not_checked", "out_of_time"),
    ]


async def test_a_review_that_breaks_says_so_and_the_next_is_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def breaks(claim: Claim) -> Verdict | None:
        raise ValueError(claim.text)

    checks = DEFAULT_CHECKS.with_(
        reviews=[Elder(decide=breaks, name="first"), Elder(decide=doubts_blue, name="second")]
    )
    run = driven(ScriptedModel(says("It is blue."), says("NONE")), checks=checks)
    assert (await run.ask()).text == LEFT_OUT
    assert [(e.check, e.code) for e in run.told(CheckSkipped)][1:] == [("first", "check_crashed")]
    assert [(e.check, e.code) for e in run.told(CheckFailed)] == [("second", "not_so")]
    assert "blue" not in caplog.text


class Judge:
    """A review that asks the run's model."""

    name = "judge"
    seconds = 5.0

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        told = await ask(ModelRequest(messages=(UserMessage(f"Is it so? {claim.text}"),)))
        return claim.supported() if told == "yes" else claim.unsupported("judged", "It is not.")


async def test_a_review_may_ask_the_model_of_the_run_within_its_limits() -> None:
    with ScriptedModel(says("It is green."), says("yes")) as model:
        run = driven(model, checks=DEFAULT_CHECKS.with_(reviews=[Judge()]))
        answer = await run.ask()
    assert answer.text == "It is green." and answer.usage.model_calls == 2
    assert model.seen[1].occasion.purpose == "review"
    assert [event.check for event in run.told(CheckPassed)] == ["judge"]


@pytest.mark.parametrize(
    ("limits", "turns", "code"),
    [
        (Limits(model_calls=1), [], "limit"),
        (Limits(), [fails(ModelError("It is green, you say?"))], "no_model"),
    ],
)
async def test_a_review_without_a_model_says_so(
    limits: Limits, turns: list[object], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = ScriptedModel(says("It is green."), *turns)  # type: ignore[arg-type]
    run = driven(model, limits=limits, checks=DEFAULT_CHECKS.with_(reviews=[Judge()]))
    assert (await run.ask()).text == "It is green."
    assert [event.code for event in run.told(CheckSkipped)][1:] == [code]
    assert "green" not in caplog.text


async def test_a_run_that_is_stopped_leaves_no_review_behind() -> None:
    elder = Elder(decide=doubts_blue, seconds=60, gate=asyncio.Event())
    run = with_review(ScriptedModel(says("It is green.")), elder)
    before = asyncio.all_tasks()
    task = asyncio.ensure_future(run.ask())
    await elder.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
