"""Spending: what may be spent is kept, before the call that would exceed it."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from surefoot import ConfigurationError, LimitReached
from surefoot.agent import (
    FlatPrice,
    MeteredModel,
    ProviderDown,
    ScriptedModel,
    SpendLedger,
    SpendLimits,
    fails,
    says,
)
from surefoot.messages import UserMessage
from surefoot.model import ModelRequest, Occasion
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

PRICE = FlatPrice(input_usd=1_000_000, output_usd=1_000_000)
"""One dollar a token, for easy sums."""


def request(run: str = "r1", user: str | None = "ada") -> ModelRequest:
    scope = Scope(user=user, thread_id="t")
    return ModelRequest(
        messages=(UserMessage("x" * 40),), occasion=Occasion(run_id=run, scope=scope)
    )


def metered(
    model: ScriptedModel, limits: SpendLimits, ledger: SpendLedger | None = None, day: str = "24"
) -> MeteredModel:
    return MeteredModel(
        model,
        limits,
        ledger or SpendLedger(),
        price=PRICE,
        max_output_tokens=10,
        now=lambda: f"2026-11-{day}T08:00:00Z",
    )


async def ask(model: MeteredModel, what: ModelRequest | None = None) -> None:
    async for _ in model.stream(what or request()):
        pass


@pytest.mark.parametrize(
    "limits",
    [
        SpendLimits(call_tokens=19),
        SpendLimits(call_usd=19),
        SpendLimits(run_tokens=19),
        SpendLimits(run_usd=19),
        SpendLimits(user_day_tokens=19),
        SpendLimits(user_day_usd=19),
        SpendLimits(day_tokens=19),
        SpendLimits(day_usd=19),
    ],
)
async def test_a_call_that_might_exceed_a_limit_is_not_made(limits: SpendLimits) -> None:
    model = ScriptedModel(says("Yes."))
    with pytest.raises(LimitReached):
        await ask(metered(model, limits))
    assert model.seen == []


async def test_what_was_reserved_and_not_used_is_given_back() -> None:
    ledger = SpendLedger()
    with ScriptedModel(says("a" * 8), says("a" * 8)) as model:
        for _ in range(2):
            await ask(metered(model, SpendLimits(run_tokens=32), ledger))
    assert ledger.spent("run r1", "2026-11-24").tokens == 24


async def test_a_third_call_finds_the_run_s_money_spent() -> None:
    model = ScriptedModel(says("a" * 8), says("a" * 8), says("never"))
    kept = metered(model, SpendLimits(run_tokens=32))
    await ask(kept)
    await ask(kept)
    with pytest.raises(LimitReached) as caught:
        await ask(kept)
    assert (caught.value.used, caught.value.allowed) == (24, 32)


async def test_users_and_days_have_accounts_of_their_own() -> None:
    ledger = SpendLedger()
    limits = SpendLimits(user_day_tokens=25)
    with ScriptedModel(*[says("a" * 40)] * 3) as model:
        await ask(metered(model, limits, ledger))
        await ask(metered(model, limits, ledger), request(user="bob"))
        await ask(metered(model, limits, ledger, day="25"))
        with pytest.raises(LimitReached):
            await ask(metered(model, limits, ledger))


async def test_calls_side_by_side_cannot_exceed_a_limit_together() -> None:
    model = ScriptedModel(*[says("a " * 9)] * 9)
    kept = metered(model, SpendLimits(day_tokens=45))
    refused = 0

    async def one() -> None:
        nonlocal refused
        try:
            await ask(kept)
        except LimitReached:
            refused += 1

    async with anyio.create_task_group() as group:
        for _ in range(9):
            group.start_soon(one)
    assert len(model.seen) + refused == 9
    assert refused >= 6


async def test_a_failed_call_is_charged_its_prompt_only() -> None:
    ledger = SpendLedger()
    with pytest.raises(ProviderDown):
        model = ScriptedModel(fails(ProviderDown("down")))
        await ask(metered(model, SpendLimits(run_tokens=99), ledger))
    assert ledger.spent("run r1", "2026-11-24").tokens == 10


async def test_a_limit_of_money_needs_a_price() -> None:
    with pytest.raises(ConfigurationError):
        MeteredModel(
            ScriptedModel(),
            SpendLimits(day_usd=1),
            SpendLedger(),
            price=None,
            max_output_tokens=1,
            now=lambda: "",
        )


def test_spending_outlives_the_process(tmp_path: Path) -> None:
    first = SpendLedger(tmp_path / "spending.sqlite")
    first.add("user a", "2026-11-24", 5, 0.25)
    first.add("user a", "2026-11-23", 7, 0.5)
    first.close()
    again = SpendLedger(tmp_path / "spending.sqlite")
    assert again.spent("user a", "2026-11-24").usd == 0.25
    again.forget(before="2026-11-24")
    assert again.spent("user a", "2026-11-23").tokens == 0
    again.close()
