from __future__ import annotations

import asyncio

import pytest

from surefoot import Assistant, ScriptedModel, calls, says
from surefoot.errors import ConfigurationError, ToolError
from surefoot.messages import ToolMessage
from surefoot.tools import CallContext, Tool, tool

pytestmark = pytest.mark.anyio


def flaky(failures: int, error: Exception, attempts: int) -> tuple[Tool, list[int]]:
    made: list[int] = []

    @tool(side_effects=False, attempts=attempts, retry_wait_seconds=0)
    async def look() -> str:
        """Look."""
        made.append(1)
        if len(made) <= failures:
            raise error
        return "seen"

    return look, made


async def test_a_call_that_fails_for_a_passing_reason_is_tried_again(context: CallContext) -> None:
    for error in (ConnectionError("gone"), ToolError("busy", code="temporary")):
        look, made = flaky(2, error, attempts=3)
        assert (await look.run({}, context)).value == "seen" and len(made) == 3
    look, made = flaky(2, ConnectionError("gone"), attempts=2)
    with pytest.raises(ConnectionError):
        await look.run({}, context)
    look, made = flaky(1, ToolError("no such thing"), attempts=3)
    with pytest.raises(ToolError):
        await look.run({}, context)
    assert len(made) == 1


async def test_no_more_calls_run_at_once_than_a_tool_allows(context: CallContext) -> None:
    now = most = 0

    @tool(side_effects=False, concurrency=2)
    async def look() -> str:
        """Look."""
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return "seen"

    await asyncio.gather(*(look.run({}, context) for _ in range(8)))
    assert most == 2


async def test_a_kept_result_is_given_again_to_the_same_user_for_equal_arguments(
    context: CallContext,
) -> None:
    made: list[int] = []

    @tool(side_effects=False, cache_seconds=60)
    async def look(n: int) -> int:
        """Look."""
        made.append(n)
        return n

    for n in (1, 2, 1, 2):
        assert (await look.run({"n": n}, context)).value == n
    assert made == [1, 2]


def test_what_changes_something_is_neither_repeated_nor_cached_unawares() -> None:
    async def send() -> str:
        """Send."""
        return "sent"

    with pytest.raises(ConfigurationError):
        tool(attempts=2)(send)
    with pytest.raises(ConfigurationError):
        tool(cache_seconds=2)(send)
    assert tool(attempts=2, idempotent=True)(send).idempotent


async def test_what_is_too_long_is_kept_whole_and_can_be_read_on() -> None:
    text = "\n".join(f"line {n}" for n in range(400))

    @tool(side_effects=False, result_characters=100)
    async def read() -> str:
        """Read."""
        return text

    model = ScriptedModel(
        calls("read"), calls("read_more", evidence="S1", start=100), says("Read [S1] [S2].")
    )
    async with Assistant(
        model=model, tools=[read], builtins=False, memory=None, durable=False
    ) as one:
        answer = await one.ask("Read it.")
    assert answer.evidence[0].content == text
    assert answer.evidence[1].content == text[100:]
    offered = [[spec.name for spec in request.tools] for request in model.seen]
    assert offered[0] == ["read", "plan"] and offered[1] == ["read", "read_more", "plan"]
    [first] = [m for m in model.seen[1].messages if isinstance(m, ToolMessage)]
    left = len(text) - 100
    assert first.text == f"[S1] tool · read\n{text[:100]}\n[/S1]\n… {left} more characters in S1."
