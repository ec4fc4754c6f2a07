"""A program that a crash test kills while a call with side effects is under way.

Usage: launching.py DATA_DIR MARKS [approve|reject]. The call writes a line to MARKS, then waits for
ever; with a decision the program takes the run up, decides on what it is asked, and prints events.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from surefoot import Assistant, Settings, tool
from surefoot.events import ApprovalRequested
from surefoot.messages import ToolCall as Call
from surefoot.messages import ToolMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.tools import Tool


class Planner:
    """Launches once, then says what came of it."""

    name = "planner"

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        return self._parts(request)

    async def _parts(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        if not any(isinstance(message, ToolMessage) for message in request.messages):
            yield Call(call_id="c1", name="launch", args={})
            yield Finished(reason="tool_calls")
            return
        yield TextDelta("That is all.")
        yield Finished(reason="stop")


def launch_tool(marks: Path, ends: bool) -> Tool:
    """Make the tool that notes each call."""

    @tool
    async def launch() -> str:
        """Launch a rocket."""
        with marks.open("a", encoding="utf-8") as file:
            file.write("launched\n")
        if not ends:
            print("under way", flush=True)
            await asyncio.Event().wait()
        return "launched"

    return launch


async def main() -> None:
    """Begin the run and approve its call, or take it up and decide anew."""
    data_dir, marks = Path(sys.argv[1]), Path(sys.argv[2])
    decision: Literal["approve", "reject"] | None = None
    if sys.argv[3:]:
        decision = "approve" if sys.argv[3] == "approve" else "reject"
    assistant = Assistant(
        model=Planner(),
        tools=[launch_tool(marks, ends=decision is not None)],
        builtins=False,
        memory=None,
        settings=Settings(data_dir=data_dir),
    )
    async with assistant:
        begun = await assistant.events("t")
        if not begun:
            await assistant.start("go", thread="t")
        after = begun[-1].seq if begun else 0
        async for event in assistant.follow("t", after=after):
            if isinstance(event, ApprovalRequested):
                await assistant.approve(event.run_id, event.call_id, decision or "approve")
            if event.type == "run.completed":
                break
        for event in await assistant.events("t"):
            print(event.model_dump_json(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
