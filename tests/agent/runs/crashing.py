"""A program that a crash test kills: one durable run of three calls side by side.

Usage: crashing.py DATA_DIR MARKS [slow]. Each tool call writes a line to MARKS as it begins. With
`slow`, the third call never ends, and the others end once it has begun.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot import Assistant, Settings, tool
from surefoot.messages import ToolCall, ToolMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.tools import CallContext, Tool


class Planner:
    """Calls `work` three times side by side, then answers from what came of it."""

    name = "planner"

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        return self._parts(request)

    async def _parts(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        results = [m for m in request.messages if isinstance(m, ToolMessage)]
        if not results:
            for n in (1, 2, 3):
                yield ToolCall(call_id=f"c{n}", name="work", args={"number": n})
            yield Finished(reason="tool_calls")
            return
        for result in results:
            cited, _, body = result.text.partition("\n")
            yield TextDelta(f"It gave {body} {cited.split(']')[0]}]. ")
        yield Finished(reason="stop")


def work_tool(marks: Path, slow: bool) -> Tool:
    """Make the tool that notes each call."""

    third_began = asyncio.Event()

    @tool(side_effects=False)
    async def work(number: int, *, context: CallContext) -> int:
        """Work on a number."""
        with marks.open("a", encoding="utf-8") as file:
            file.write(f"{number}\n")
        if slow and number == 3:
            third_began.set()
            await asyncio.Event().wait()
        if slow:
            await third_began.wait()
        return number * 100

    return work


async def main() -> None:
    """Begin a run, or take up what an earlier process left, and print its answer."""
    data_dir, marks = Path(sys.argv[1]), Path(sys.argv[2])
    slow = "slow" in sys.argv[3:]
    assistant = Assistant(
        model=Planner(),
        tools=[work_tool(marks, slow)],
        builtins=False,
        memory=None,
        settings=Settings(data_dir=data_dir),
    )
    async with assistant:
        if not await assistant.events("t"):
            async for event in assistant.stream("go", thread="t"):
                print(event.type, flush=True)
        await assistant.drain()
        for event in await assistant.events("t"):
            print(event.model_dump_json(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
