"""A suite's run that a test kills: `python killed.py SUITE OUT [WORD]`.

Its model says what it is asked to say; asked for the word that is given, it says nothing for ever.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from surefoot import Assistant, Settings
from surefoot.evals import ResultStore, read_suite, run_suite
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta


class Echo:
    """Says what it is asked to say."""

    name = "echo"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the answer."""
        word = request.messages[-1].text.removeprefix("Say ")
        if word in sys.argv[3:]:
            await asyncio.Event().wait()
        yield TextDelta(word)
        yield Finished(reason="stop")


async def main(suite: Path, out: Path) -> None:
    """Run what has not been run."""
    with ResultStore(out) as store:
        async with Assistant(
            settings=Settings(data_dir=out / "data"), model=Echo(), builtins=False, memory=None
        ) as assistant:
            await run_suite(read_suite(suite), assistant, store)
        store.finish()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
