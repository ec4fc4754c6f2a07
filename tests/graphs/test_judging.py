"""How checks are asked: in order of cost, in their time, and without harm when they break."""

from __future__ import annotations

import pytest

from surefoot import Assistant, ScriptedModel, calls, says
from surefoot.events import CheckFailed, CheckSkipped
from surefoot.graphs import DEFAULT_CHECKS, Check, Checks, Claim, Timekeeper, judge, timed
from surefoot.verdicts import Verdict

from .conftest import Hours, add, driven


def claim(text: str = "The sky is blue.") -> Claim:
    return Claim(id="c0", text=text, cited_ids=(), cited=(), evidence=(), question="What is it?")


def no_promises(claim: Claim) -> Verdict | None:
    """Hold back what promises something."""
    if "guarantee" in claim.text.lower():
        return claim.unsupported("promise", "It promises something.", repair="Say what is likely.")
    return None


def slow(hours: Hours, seconds: float) -> Check[Claim]:
    def dawdles(claim: Claim) -> Verdict | None:
        hours.seconds += seconds
        return claim.supported()

    return Check(dawdles, "dawdles", seconds=0.01)


def quick(claim: Claim) -> Verdict | None:
    return claim.supported()


@timed(0.5)
def thorough(claim: Claim) -> Verdict | None:
    return claim.supported()


def told(verdicts: list[Verdict]) -> list[tuple[str, str, str]]:
    return [(one.check, one.outcome, one.code) for one in verdicts]


@pytest.mark.anyio
async def test_a_user_adds_a_check_of_their_own() -> None:
    model = ScriptedModel(says("I guarantee it. The sky is blue."), says("NONE"))
    checks = DEFAULT_CHECKS.with_(answer=[no_promises])
    async with Assistant(
        model=model, checks=checks, memory=None, builtins=False, durable=False
    ) as assistant:
        answer = await assistant.ask("What is it?")
    assert answer.text.startswith("The sky is blue.") and "guarantee" not in answer.text
    assert ("no_promises", "promise") in [(v.check, v.code) for v in answer.verdicts]


def test_cheap_checks_are_asked_first() -> None:
    checks = Checks(answer=(thorough, quick, timed(0.1)(no_promises)))
    assert [one.name for one in checks.answer if isinstance(one, Check)] == [
        "quick",
        "no_promises",
        "thorough",
    ]


def test_checks_can_be_left_out_by_name() -> None:
    left = Checks(answer=(quick, thorough)).without("quick")
    assert told(judge(left.answer, claim())) == [("thorough", "supported", "")]


def test_a_check_that_takes_too_long_twice_is_heard_and_then_said_to_be_left_out(
    hours: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Timekeeper(hours, hours)
    checks = Checks(answer=(slow(hours, 1.0), quick, thorough))
    for thorough_is in [("supported", ""), ("not_checked", "out_of_time")]:
        assert told(judge(checks.answer, claim(), keeper)) == [
            ("dawdles", "supported", ""),
            ("quick", "supported", ""),
            ("thorough", *thorough_is),
        ]
    assert "check 'dawdles' took 1000 ms where 10 are allowed" in caplog.text
    assert told(judge(checks.answer, claim(), keeper)) == [
        ("dawdles", "not_checked", "out_of_time"),
        ("quick", "supported", ""),
        ("thorough", "supported", ""),
    ]


def test_a_check_in_its_time_is_never_left_out(hours: Hours) -> None:
    keeper = Timekeeper(hours, hours)
    checks = Checks(answer=(slow(hours, 0.005), thorough))
    for _ in range(50):
        assert {one.outcome for one in judge(checks.answer, claim(), keeper)} == {"supported"}


def test_a_check_that_waited_for_a_busy_machine_is_not_blamed() -> None:
    watch, computed = Hours(), Hours()

    def waits(claim: Claim) -> Verdict | None:
        watch.seconds += 5.0
        computed.seconds += 0.001
        return claim.supported()

    keeper = Timekeeper(computed, watch)
    checks = Checks(answer=(Check(waits, "waits", seconds=0.01), thorough))
    for _ in range(3):
        assert {one.outcome for one in judge(checks.answer, claim(), keeper)} == {"supported"}


@pytest.mark.anyio
async def test_what_had_no_time_is_told_and_does_not_count_as_supported(hours: Hours) -> None:
    checks = Checks(answer=(slow(hours, 1.0),))
    run = driven(ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1]. So. Well.")), add)
    run.context.checks = checks
    run.context.timekeeper = Timekeeper(hours, hours)
    answer = await run.ask()
    assert answer.text == "It is 3 [S1]. So. Well."
    assert [event.code for event in run.told(CheckSkipped) if event.stage == "answer"] == [
        "out_of_time"
    ]
    assert run.told(CheckFailed) == []


def test_the_log_of_a_broken_check_does_not_repeat_what_it_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def reads(claim: Claim) -> Verdict | None:
        return claim.supported() if float(claim.text) else None

    assert told(judge([reads], claim("heron"))) == [("reads", "not_checked", "check_crashed")]
    assert "ValueError" in caplog.text and "float(claim.text)" in caplog.text
    assert "heron" not in caplog.text


def test_a_verdict_keeps_the_name_it_was_given() -> None:
    def council(claim: Claim) -> Verdict | None:
        return claim.supported().model_copy(update={"check": "elders"})

    assert told(judge([council], claim())) == [("elders", "supported", "")]
