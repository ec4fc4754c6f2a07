"""The server with the bot in it, and a model that talks for a while. Prints its address.

Usage: program DATA_DIR API_URL ANSWERS
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot import Assistant, Settings
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, SlackSettings, serve

SECRET = "bench"
SENTENCES, PAUSE_SECONDS = 100, 0.1


class Talker:
    """Says many sentences, one after the other."""

    name = "talker"

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the message."""
        return self._parts()

    async def _parts(self) -> AsyncIterator[ModelPart]:
        for number in range(SENTENCES):
            yield TextDelta(f"Now comes sentence {number} of this long answer. ")
            await asyncio.sleep(PAUSE_SECONDS)
        yield Finished(reason="stop")


def main() -> None:
    """Serve until a signal comes."""
    folder, api_url, answers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    serve(
        Assistant(
            model=Talker(), builtins=False, settings=Settings(data_dir=folder), release="label"
        ),
        ServerSettings.load(port=0, drain_seconds=0),
        ready=lambda address: print(address, flush=True),
        slack=SlackSettings.load(
            bot_token="xoxb-1",
            signing_secret=SECRET,
            api_url=api_url,
            concurrent_answers=answers,
        ),
    )


if __name__ == "__main__":
    main()
