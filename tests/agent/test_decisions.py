"""Calls that wait for a person, as a program that embeds an assistant sees them."""

from __future__ import annotations

import asyncio

import pytest

from surefoot import (
    Assistant,
    ScriptedModel,
    Settings,
    calls,
    says,
    tool,
)
from surefoot.events import (
    AnswerCompleted,
    ApprovalRequested,
)
from surefoot.tools import Tool

from .conftest import light

pytestmark = pytest.mark.anyio


async def approve_first(assistant: Assistant, thread: str, **how: object) -> None:
    async for event in assistant.follow(thread):
        if isinstance(event, ApprovalRequested):
            await assistant.approve(event.run_id, event.call_id, **how)  # type: ignore[arg-type]
            return


def payment(paid: list[int]) -> Tool:
    @tool
    async def pay(amount: int) -> str:
        """Pay."""
        paid.append(amount)
        return f"paid {amount}"

    return pay


@pytest.mark.parametrize("durable", [False, True])
async def test_a_call_with_side_effects_waits_for_approval(
    settings: Settings, durable: bool
) -> None:
    paid: list[int] = []
    model = ScriptedModel(calls("pay", amount=5), says("Paid 5 [S1]."))
    async with Assistant(
        model=model, tools=[payment(paid)], builtins=False, settings=settings, durable=durable
    ) as assistant:
        approval = asyncio.create_task(approve_first(assistant, "t"))
        answer = await assistant.ask("pay 5", thread="t")
        await approval
    assert answer.text == "Paid 5 [S1]."
    assert paid == [5]


async def test_an_approval_is_waited_for_across_a_restart(settings: Settings) -> None:
    paid: list[int] = []
    model = ScriptedModel(calls("pay", amount=5), says("Paid 5 [S1]."))
    first = Assistant(
        model=model, tools=[payment(paid)], builtins=False, settings=settings, memory=None
    )
    await first.start("pay 5", thread="t")
    async for event in first.follow("t"):
        if event.type == "approval.requested":
            break
    await first.close()

    rest = ScriptedModel(says("Paid 5 [S1]."))
    async with Assistant(
        model=rest, tools=[payment(paid)], builtins=False, settings=settings, memory=None
    ) as second:
        await approve_first(second, "t")
        await second.drain()
        events = await second.events("t")
    assert paid == [5]
    assert [e.text for e in events if isinstance(e, AnswerCompleted)] == ["Paid 5 [S1]."]
    assert [e.type for e in events].count("approval.requested") == 1
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


async def test_draining_does_not_wait_for_what_waits_for_a_person() -> None:
    model = ScriptedModel(calls("pay", amount=5))
    async with light(model, payment([]), memory=None) as assistant:
        await assistant.start("pay 5", thread="t")
        await assistant.start("and then?", thread="t")
        async with asyncio.timeout(60):
            async for event in assistant.follow("t"):
                if event.type == "approval.requested":
                    break
            await assistant.drain()
            assert (job := assistant.job(event.run_id)) is not None
            assert job.desk.open_calls, "it goes on waiting"
