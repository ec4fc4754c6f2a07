"""A run with checks, reviews and a policy of its own is run again, with them or without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.agent import Entry, RecordingStore, Replayed, ReplayMiss, replay
from surefoot.events import AnswerCompleted, CheckFailed, CheckSkipped, Event
from surefoot.graphs import (
    DEFAULT_CHECKS,
    AskModel,
    Checks,
    Claim,
    JudgeReview,
    PlanSubject,
    ResultSubject,
    timed,
)
from surefoot.limits import ReleasePolicy
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest, TextDelta
from surefoot.tools import DEFAULT_POLICY, Policy, Rule
from surefoot.verdicts import Verdict

pytestmark = pytest.mark.anyio

Recording = tuple[list[Entry], list[Event]]


@tool(side_effects=False)
async def look(at: str) -> str:
    """Look at something."""
    return f"The {at} is old and was built by the sea in 1874."


@tool(approval="tainted", rules=(Rule(argument="to", then="refuse", why="Never there."),))
async def write(to: str) -> str:
    """Write to somebody."""
    return f"written to {to}"


def no_promises(claim: Claim) -> Verdict | None:
    """Hold back what promises something."""
    if "promise" in claim.text:
        return claim.unsupported("promise", "It promises something.", repair="Do not.")
    return None


def crashing(claim: Claim) -> Verdict | None:
    """Crash over every sentence that is short."""
    if len(claim.text) < 20:
        raise ValueError(claim.text)
    return None


def one_look(subject: PlanSubject) -> Verdict | None:
    """Hint that more could be looked at."""
    return subject.not_checkable("one_look", "It looks once.", repair="Look twice.")


def is_old(subject: ResultSubject) -> Verdict | None:
    """Speak for what is old."""
    return subject.supported()


@timed(1e-9)
def slow(claim: Claim) -> Verdict | None:
    """Take longer than it may."""
    return claim.not_checkable("slow", "It takes its time.")


@dataclass
class Elder:
    """A review that decides in an order of its own, the second sentence before the first."""

    name: str = "elder"
    seconds: float = 60.0
    second: asyncio.Event = field(default_factory=asyncio.Event)

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Speak against what is said to be."""
        if "first" in claim.text:
            await self.second.wait()
        self.second.set()
        if "said to be" in claim.text:
            return claim.contradicted("rumour", "Nobody knows that.")
        return claim.supported() if "first" in claim.text else None


def doubtful(claim: Claim) -> Verdict | None:
    """Leave every sentence to the reviews."""
    return claim.not_checkable("doubtful", "Only a review can tell.")


async def recorded(
    settings: Settings,
    model: ChatModel,
    *,
    checks: Checks = DEFAULT_CHECKS,
    taint: Policy = DEFAULT_POLICY,
    release: ReleasePolicy = "hold",
) -> Recording:
    async with Assistant(
        settings=settings,
        model=model,
        tools=[look, write],
        builtins=False,
        checks=checks,
        taint=taint,
        release=release,
    ) as assistant:
        answer = await assistant.ask("What is it like?", thread="t", user="u")
        assert assistant.home.database is not None
        entries = await RecordingStore(assistant.home.database).read(answer.run_id)
        return entries, await assistant.events("t")


def same(again: Replayed, events: Sequence[Event]) -> None:
    told = [event.model_dump_json() for event in again.events]
    assert told == [event.model_dump_json() for event in events]
    assert again.is_exact


CHECKS = (
    replace(DEFAULT_CHECKS, required=("crashing",))
    .without("entailed")
    .with_(plan=[one_look], result=[is_old], answer=[no_promises, crashing, slow, doubtful])
)


def script() -> ScriptedModel:
    return ScriptedModel(
        calls("look", at="mill"),
        says("It is old [S1]. I promise that the mill was built in 1874 [S1]. It is by the sea."),
        says("The mill was built in 1874 [S1]."),
    )


async def test_own_checks_are_replayed_from_the_recording_and_named(settings: Settings) -> None:
    entries, events = await recorded(settings, script(), checks=CHECKS)
    codes = {event.code for event in events if isinstance(event, CheckFailed | CheckSkipped)}
    assert {"one_look", "promise", "check_crashed", "out_of_time", "doubtful"} <= codes
    (done,) = [event.text for event in events if isinstance(event, AnswerCompleted)]
    assert "It is old" not in done, "what a required check could not look at is left out"
    again = await replay(entries, events)
    same(again, events)
    assert set(again.absent_checks) == {
        *("one_look", "is_old", "no_promises", "crashing", "slow", "doubtful")
    }


async def test_own_checks_that_are_given_look_again(settings: Settings) -> None:
    entries, events = await recorded(settings, script(), checks=CHECKS)
    again = await replay(entries, events, checks=CHECKS)
    same(again, events)
    assert again.absent_checks == again.changed_checks == ()


async def test_a_check_that_has_changed_is_named_and_decides(settings: Settings) -> None:
    entries, events = await recorded(settings, script(), checks=CHECKS)

    def no_promises(claim: Claim) -> Verdict | None:
        return None

    other = CHECKS.without("no_promises").with_(answer=[no_promises])
    with pytest.raises(ReplayMiss) as missed:
        await replay(entries, events, checks=other)
    assert "promise" not in str(missed.value)
    again = await replay(entries, events, checks=other, spare=ScriptedModel())
    assert again.changed_checks == ("no_promises",)
    assert again.divergence is not None


@dataclass
class Talker:
    """Says a message in pieces, with other things going on meanwhile, and judges claims."""

    text: str
    name: str = "talker"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        last = request.messages[-1]
        if isinstance(last, UserMessage) and last.text.startswith("<evidence"):
            await asyncio.sleep(0)
            yield TextDelta("UNSUPPORTED" if "said to be" in last.text else "SUPPORTED")
        elif any(isinstance(message, ToolMessage) for message in request.messages):
            for word in self.text.split(" "):
                await asyncio.sleep(0)
                yield TextDelta(f"{word} ")
        else:
            yield ToolCall(call_id="c1", name="look", args={"at": "mill"})
        yield Finished(reason="stop", input_tokens=10, output_tokens=10)


SAID = (
    "The first mill is fine [S1]. The sea is said to be kind [S1]. It was built in 1874 [S1]. "
    "The mill is by the sea [S1]. It is old and it was built in 1874 by the sea [S1]."
)


@pytest.mark.parametrize("release", ["hold", "label", "retract"])
async def test_reviews_come_again_in_the_order_in_which_they_came(
    settings: Settings, release: ReleasePolicy
) -> None:
    checks = Checks(answer=(doubtful,), reviews=(Elder(),))
    entries, events = await recorded(settings, Talker(SAID), checks=checks, release=release)
    assert any(entry.cuts for entry in entries) is True
    without = await replay(entries, events)
    same(without, events)
    assert set(without.absent_checks) == {"doubtful", "elder"}
    same(await replay(entries, events, checks=replaced(checks, Elder())), events)


def replaced(checks: Checks, review: Elder) -> Checks:
    return Checks(answer=checks.answer, reviews=(review,))


@pytest.mark.parametrize("release", ["hold", "label", "retract"])
async def test_a_review_that_asks_the_model_asks_it_again(
    settings: Settings, release: ReleasePolicy
) -> None:
    checks = Checks(answer=(doubtful,), reviews=(Elder(), JudgeReview()))
    entries, events = await recorded(settings, Talker(SAID), checks=checks, release=release)
    assert sum(entry.boundary == "model" and entry.by != "" for entry in entries) >= 3
    same(await replay(entries, events), events)
    here = Checks(answer=(doubtful,), reviews=(Elder(), JudgeReview()))
    same(await replay(entries, events, checks=here), events)


async def test_a_review_that_had_no_time_has_none_again(settings: Settings) -> None:
    never = Elder(seconds=0.001)
    checks = Checks(answer=(doubtful,), reviews=(never,))
    entries, events = await recorded(settings, Talker("The first mill [S1]."), checks=checks)
    assert "out_of_time" in {event.code for event in events if isinstance(event, CheckSkipped)}
    same(await replay(entries, events), events)


async def test_a_policy_of_ones_own_holds_again(settings: Settings) -> None:
    strict = Policy(rules=(Rule(source=("model",), then="refuse", why="Nothing made up."),))
    script = ScriptedModel(
        calls("write", to="Bob"),
        calls("look", at="x"),
        calls("write", to="1874"),
        says("I cannot."),
    )
    entries, events = await recorded(settings, script, taint=strict)
    reasons = " ".join(event.reason for event in events if isinstance(event, CheckFailed))
    assert "Nothing made up." in reasons and "Never there." in reasons
    same(await replay(entries, events), events)
    again = await replay(entries, events, taint=DEFAULT_POLICY, spare=ScriptedModel())
    assert again.divergence is not None and "write" in str(again.events)
