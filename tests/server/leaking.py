"""A server for tests: its model's provider and its tool put keys into what they complain of.

Usage: leaking.py DATA_DIR [name=value of a server setting …]. Prints its address.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from pydantic import SecretStr

from surefoot import Assistant, ModelError, Settings, ToolError, tool
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, serve

PROVIDER_KEY = "sk-proj-provider0123456789abcdef"
PLAIN_KEY = "anthropic-key-of-no-known-shape"
PASSWORD = "correct-horse-battery"


class Leaking:
    """Fails with its key in the message, or calls the tool that does."""

    name = "leaking"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        asked = [m for m in request.messages if isinstance(m, UserMessage)][-1].text
        if asked == "provider":
            raise ModelError(f"401 for {PROVIDER_KEY}, also tried {PLAIN_KEY}", status=401)
        if asked == "bug":
            raise RuntimeError(f"cannot reach https://me:{PASSWORD}@db.example with {PLAIN_KEY}")
        if any(isinstance(message, ToolMessage) for message in request.messages):
            yield TextDelta("It could not be done.")
            yield Finished(reason="stop")
            return
        yield ToolCall(call_id="c1", name="connect", args={"how": asked})
        yield Finished(reason="tool_calls")


@tool(side_effects=False)
async def connect(how: str) -> str:
    """Connect to something."""
    told = f"no answer from https://me:{PASSWORD}@db.example for {PLAIN_KEY}"
    if how == "tool":
        raise ToolError(told)
    raise RuntimeError(told)


def main() -> None:
    """Serve until a signal comes."""
    given = dict(pair.split("=", 1) for pair in sys.argv[2:])
    settings = Settings(
        data_dir=Path(sys.argv[1]),
        openai_api_key=SecretStr(PROVIDER_KEY),
        anthropic_api_key=SecretStr(PLAIN_KEY),
    )
    serve(
        Assistant(model=Leaking(), tools=[connect], builtins=False, memory=None, settings=settings),
        ServerSettings.load(**{"port": 0, **given}),
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
