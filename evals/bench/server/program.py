"""The server that is measured: everything durable, and a model that costs nothing.

Usage: program.py DATA_DIR [hold]. It says one thing, without a tool; asked to `tell N` it looks N
facts up, side by side, and says them, cited. With `hold`, the third fact is never found.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot import Assistant, Settings, tool
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, serve
from surefoot.tools import Tool


class Greeter:
    """Says one thing, or what it has been asked to look up."""

    name = "greeter"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the message."""
        asked = [m for m in request.messages if isinstance(m, UserMessage)][-1].text
        results = [m.text for m in request.messages if isinstance(m, ToolMessage)]
        if asked.startswith("tell ") and not results:
            for number in range(int(asked.split()[1])):
                yield ToolCall(call_id=f"c{number}", name="fact", args={"number": number})
            yield Finished(reason="tool_calls", input_tokens=1, output_tokens=3)
            return
        for result in results:
            cited, _, fact = result.partition("\n")
            yield TextDelta(f"It is {fact} {cited.split(']')[0]}]. ")
        if not results:
            yield TextDelta("Hello to you. ")
        yield Finished(reason="stop", input_tokens=1, output_tokens=3)


def fact_tool(*, hold: bool) -> Tool:
    """Make the tool that looks facts up."""

    @tool(side_effects=False)
    async def fact(number: int) -> int:
        """Look a fact up."""
        if hold and number == 2:
            await asyncio.Event().wait()
        return 1000 + number

    return fact


def main() -> None:
    """Serve until a signal comes."""
    data_dir, *more = sys.argv[1:]
    assistant = Assistant(
        model=Greeter(),
        tools=[fact_tool(hold="hold" in more)],
        builtins=False,
        memory=None,
        settings=Settings(data_dir=Path(data_dir)),
    )
    serve(
        assistant,
        ServerSettings.load(port=0, drain_seconds=0.2),
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
