"""Surefoot: measured like the others, and as it is shipped."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot.agent import Assistant
from surefoot.limits import Limits
from surefoot.messages import ToolCall, ToolMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.settings import Settings
from surefoot.tools import Tool, tool

from .adapter import Run
from .workload import QUESTION, SYSTEM, TOOL_NAME, Workload

LIMITS = Limits(model_calls=50)


class _Scripted:
    """The workload's model behind our own protocol."""

    name = "workload"

    def __init__(self, work: Workload) -> None:
        self._work = work

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the workload's next turn."""
        results = [_result(m.text) for m in request.messages if isinstance(m, ToolMessage)]
        turn = self._work.think(results)
        if isinstance(turn, str):
            yield TextDelta(turn)
            yield Finished(reason="stop")
            return
        for call in turn:
            yield ToolCall(call_id=call.call_id, name=TOOL_NAME, args={**call.args})
        yield Finished(reason="tool_calls")


def _result(text: str) -> str:
    """Return what the tool gave, from behind its evidence header."""
    return text.rpartition("\n")[2]


def _adder(work: Workload) -> Tool:
    @tool(name=TOOL_NAME, side_effects=False)
    async def add(a: int, b: int) -> str:
        """Add two integers."""
        return await work.add(a, b)

    return add


async def build(work: Workload) -> Run:
    """Return runs with every default check, without checkpointer, durable log and memory."""
    settings = Settings(instructions=SYSTEM, limits=LIMITS)
    assistant = Assistant(
        model=_Scripted(work),
        tools=[_adder(work)],
        builtins=False,
        memory=None,
        durable=False,
        settings=settings,
    )
    return await _opened(assistant, work)


async def build_as_shipped(work: Workload) -> Run:
    """Return runs with checkpoints, durable log and memory, as a user has them."""
    folder = work.opened.enter_context(tempfile.TemporaryDirectory())
    settings = Settings(data_dir=Path(folder), instructions=SYSTEM, limits=LIMITS)
    assistant = Assistant(
        model=_Scripted(work), tools=[_adder(work)], builtins=False, settings=settings
    )
    return await _opened(assistant, work)


async def _opened(assistant: Assistant, work: Workload) -> Run:
    await work.opened.enter_async_context(assistant)

    async def run() -> str:
        return (await assistant.ask(QUESTION)).text

    return run
