"""The server that is measured: one model call a run, no tool, everything durable."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot import Assistant, Settings
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, serve


class Greeter:
    """Says one thing."""

    name = "greeter"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the message."""
        yield TextDelta("Hello to you. ")
        yield Finished(reason="stop", input_tokens=1, output_tokens=3)


def main() -> None:
    """Serve until a signal comes."""
    assistant = Assistant(
        model=Greeter(), builtins=False, memory=None, settings=Settings(data_dir=Path(sys.argv[1]))
    )
    serve(
        assistant,
        ServerSettings.load(port=0, drain_seconds=0.2),
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
