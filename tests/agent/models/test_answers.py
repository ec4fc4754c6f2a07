"""Kept answers: given again where they may be, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surefoot.agent import (
    CachedModel,
    NearQuestions,
    ScriptedModel,
    StreamBroken,
    fails,
    particulars,
    says,
)
from surefoot.memory import MiniLM
from surefoot.messages import UserMessage
from surefoot.model import Finished, ModelRequest, Occasion, TextDelta
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio


def asked(
    text: str = "How many orders were there?",
    *,
    user: str | None = "ada",
    tenant: str = "acme",
    run: str = "r1",
    is_pure: bool = True,
) -> ModelRequest:
    scope = Scope(tenant=tenant, user=user, thread_id="t")
    occasion = Occasion(run_id=run, scope=scope, is_pure=is_pure)
    return ModelRequest(messages=(UserMessage(text),), occasion=occasion)


async def told(model: CachedModel, request: ModelRequest) -> tuple[str, Finished]:
    parts = [part async for part in model.stream(request)]
    end = parts[-1]
    assert isinstance(end, Finished)
    return "".join(part.text for part in parts if isinstance(part, TextDelta)), end


async def test_the_same_request_of_another_run_is_answered_for_nothing() -> None:
    with ScriptedModel(says("120.")) as model:
        cached = CachedModel(model)
        first = await told(cached, asked(run="r1"))
        again = await told(cached, asked(run="r2"))
    assert again[0] == first[0] == "120."
    assert (again[1].cost_usd, again[1].how) == (0.0, ("exact cache",))
    assert cached.saved.hit_rate == 0.5
    assert cached.saved.tokens == first[1].input_tokens + first[1].output_tokens


@pytest.mark.parametrize(
    "other", [asked(user="bob"), asked(tenant="zeta"), asked("How many?"), asked(is_pure=False)]
)
async def test_nobody_gets_what_was_kept_for_another(other: ModelRequest) -> None:
    with ScriptedModel(says("120."), says("121.")) as model:
        cached = CachedModel(model)
        await told(cached, asked())
        assert (await told(cached, other))[0] == "121."


async def test_runs_that_may_have_side_effects_are_not_kept() -> None:
    with ScriptedModel(says("1"), says("2")) as model:
        cached = CachedModel(model)
        await told(cached, asked(is_pure=False))
        assert (await told(cached, asked()))[0] == "2"


async def test_new_documents_void_what_was_kept() -> None:
    editions = ["one"]
    with ScriptedModel(says("1"), says("2")) as model:
        near = NearQuestions(MiniLM())
        cached = CachedModel(model, likeness=near, edition=lambda: editions[-1])
        await told(cached, asked())
        editions.append("two")
        assert (await told(cached, asked()))[0] == "2"


async def test_time_voids_what_was_kept() -> None:
    now = [0.0]
    with ScriptedModel(says("1"), says("2")) as model:
        cached = CachedModel(model, seconds=10, monotonic=lambda: now[0])
        await told(cached, asked())
        now[0] = 11
        assert (await told(cached, asked()))[0] == "2"


async def test_a_broken_message_is_not_kept() -> None:
    with ScriptedModel(fails(StreamBroken("gone")), says("2")) as model:
        cached = CachedModel(model)
        with pytest.raises(StreamBroken):
            await told(cached, asked())
        assert (await told(cached, asked()))[0] == "2"


async def test_a_question_in_other_words_is_answered_by_meaning() -> None:
    with ScriptedModel(says("120.")) as model:
        cached = CachedModel(model, likeness=NearQuestions(MiniLM(), similarity=0.9))
        await told(cached, asked("How many orders were there?"))
        text, end = await told(cached, asked("How many orders were there then?"))
    assert (text, end.how) == ("120.", ("similar cache",))


@pytest.mark.parametrize(
    "other",
    [
        "How many orders were there in 2024?",
        "How many orders were there in Berlin in 2023?",
        "How many orders were there not in 2023?",
    ],
)
async def test_a_question_with_other_particulars_is_another_question(other: str) -> None:
    with ScriptedModel(says("120."), says("130.")) as model:
        cached = CachedModel(model, likeness=NearQuestions(MiniLM(), similarity=0.5))
        await told(cached, asked("How many orders were there in 2023?"))
        assert (await told(cached, asked(other)))[0] == "130."


async def test_likeness_does_not_reach_across_users_either() -> None:
    with ScriptedModel(says("120."), says("130.")) as model:
        cached = CachedModel(model, likeness=NearQuestions(MiniLM(), similarity=0.9))
        await told(cached, asked())
        other = replace(asked("How many orders were there then?", user="bob"))
        assert (await told(cached, other))[0] == "130."


def test_particulars_are_numbers_names_quotations_and_words_that_turn_a_question() -> None:
    found = particulars("Which 'old' order of Berlin was not over 20.5?")
    assert found == {"'old'", "berlin", "not", "over", "20.5"}
