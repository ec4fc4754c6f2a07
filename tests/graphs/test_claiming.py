"""What the claims of one sentence are, what is found of each, and what a sentence is read with."""

from __future__ import annotations

import pytest

from surefoot import ScriptedModel, calls, says
from surefoot.events import AnswerCompleted, CheckFailed, CheckSkipped
from surefoot.graphs import DEFAULT_CHECKS, Claim
from surefoot.limits import ReleasePolicy
from surefoot.verdicts import Verdict

from .conftest import add, driven

pytestmark = pytest.mark.anyio

POLICIES: tuple[ReleasePolicy, ...] = ("hold", "label", "retract")
LEFT_OUT = "I left out one statement, because I could not verify it against the evidence."
CANARY = "heron"


async def test_a_sentence_of_two_claims_is_told_apart_where_one_of_them_fails() -> None:
    said = "It comes to 3 in all [S1], and the heron weighs 4711 kg [S1]."
    run = driven(ScriptedModel(calls("add", a=1, b=2), says(said), says("NONE")), add)
    answer = await run.ask()
    assert answer.text == f"It comes to 3 in all [S1].\n\n{LEFT_OUT}"
    failed = [(one.claim_id, one.code) for one in run.told(CheckFailed)]
    assert failed == [("c0.2", "number_not_in_evidence")]
    assert run.told(AnswerCompleted)[0].verdicts == {"supported": 2, "unsupported": 1}


async def test_what_is_supported_at_the_end_of_a_sentence_is_kept_as_well() -> None:
    said = "The heron weighs 4711 kg [S1], and it comes to 3 in all [S1]."
    run = driven(ScriptedModel(calls("add", a=1, b=2), says(said), says("NONE")), add)
    assert (await run.ask()).text == f"It comes to 3 in all [S1].\n\n{LEFT_OUT}"
    assert CANARY not in run.words


async def test_claims_that_cite_apart_are_held_each_to_its_own_evidence() -> None:
    swapped = "The first is 3 [S2], and the second is 30 [S1]."
    right = "The first is 3 [S1], and the second is 30 [S2]."
    model = ScriptedModel(
        calls("add", a=1, b=2).also("add", a=10, b=20), says(f"{swapped} {right}"), says("NONE")
    )
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text.startswith(right)
    told = [(v.claim_id, v.evidence_ids) for v in answer.verdicts if v.outcome == "supported"]
    assert ("c1.1", ("S1",)) in told and ("c1.2", ("S2",)) in told
    assert {v.claim_id for v in answer.verdicts if v.failed} == {"c0.1", "c0.2"}


async def test_a_sentence_is_read_with_those_before_it_that_stand() -> None:
    seen: list[tuple[str, ...]] = []

    def watch(claim: Claim) -> Verdict | None:
        seen.append(claim.before)
        return None

    said = "It is 3 [S1]. It is 4711 [S1]. Fine."
    checks = DEFAULT_CHECKS.with_(answer=[watch])
    model = ScriptedModel(calls("add", a=1, b=2), says(said), says("NONE"))
    await driven(model, add, checks=checks).ask()
    assert seen == [(), ("It is 3 [S1]. ",), ("It is 3 [S1]. ",)]


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_a_needed_check_could_not_look_at_is_not_released(policy: ReleasePolicy) -> None:
    def broken(claim: Claim) -> Verdict | None:
        raise ValueError("no")

    checks = DEFAULT_CHECKS.with_(answer=[broken]).requiring("broken")
    model = ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1]. That is all."))
    run = driven(model, add, policy=policy, checks=checks)
    answer = await run.ask()
    if policy == "label":
        assert answer.text == "It is 3 [S1]. That is all."
    else:
        assert answer.text == f"That is all.\n\n{LEFT_OUT}"
    assert not [one for one in run.told(CheckFailed) if one.stage == "answer"]
    assert "check_crashed" in [one.code for one in run.told(CheckSkipped)]
