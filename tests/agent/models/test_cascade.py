"""The cascade: who answers, and why."""

from __future__ import annotations

import pytest

from surefoot.agent import (
    CascadeModel,
    EmptyAnswer,
    Route,
    ScriptedModel,
    Turn,
    fails,
    says,
    small_first,
)
from surefoot.messages import UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, Occasion

pytestmark = pytest.mark.anyio


def turn(occasion: Occasion | None = None, tokens: int = 100) -> Turn:
    return Turn(occasion=occasion or Occasion(), tokens=tokens, tiers=3)


async def end_of(model: CascadeModel, occasion: Occasion | None = None) -> Finished:
    request = ModelRequest(messages=(UserMessage("hi"),), occasion=occasion or Occasion())
    parts: list[ModelPart] = [part async for part in model.stream(request)]
    end = parts[-1]
    assert isinstance(end, Finished)
    return end


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        (turn(), 0),
        (turn(Occasion(troubles=1)), 1),
        (turn(Occasion(troubles=5)), 2),
        (turn(Occasion(purpose="repair")), 1),
        (turn(Occasion(purpose="repair", troubles=1)), 2),
        (turn(tokens=20_000), 1),
    ],
)
def test_trouble_leads_to_larger_models(given: Turn, tier: int) -> None:
    assert small_first(given).tier == tier


async def test_an_easy_turn_goes_to_the_small_model_and_the_trace_says_so() -> None:
    large = ScriptedModel(name="large")
    with ScriptedModel(says("Yes."), name="small") as small:
        end = await end_of(CascadeModel([small, large]))
    assert (end.model, end.how) == ("small", ("tier 1 of 2: an easy turn",))


async def test_a_failed_check_goes_to_the_large_model() -> None:
    with ScriptedModel(says("Yes."), name="large") as large:
        end = await end_of(CascadeModel([ScriptedModel(), large]), Occasion(troubles=1))
    assert (end.model, end.how) == ("large", ("tier 2 of 2: 1 checks or plans failed",))


async def test_an_empty_answer_goes_up_at_once() -> None:
    small = ScriptedModel(fails(EmptyAnswer("nothing")), name="small")
    with small, ScriptedModel(says("Yes."), name="large") as large:
        end = await end_of(CascadeModel([small, large]))
    assert end.how == ("tier 1 of 2: an easy turn", "tier 2: EmptyAnswer below")


async def test_the_policy_can_be_another_function() -> None:
    with ScriptedModel(says("Yes."), name="large") as large:
        model = CascadeModel([ScriptedModel(), large], policy=lambda _: Route(7, "because"))
        assert (await end_of(model)).how == ("tier 2 of 2: because",)
