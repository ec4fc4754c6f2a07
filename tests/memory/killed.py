"""Programs that a test runs and kills: `python killed.py remember|ingest FOLDER [FILES]`.

Each says a line for everything it was told is kept.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from langchain_core.embeddings import DeterministicFakeEmbedding

from surefoot.memory import ChromaDocuments, ChromaMemory, LangChainEmbedder, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

EMBEDDER = LangChainEmbedder(DeterministicFakeEmbedding(size=64), name="fake", dimension=64)
SCOPE = Scope(user="ann", thread_id="t")
WINDOW = Window(turns=2, older_turns=5, bears_on=0.0)


def turn(number: int) -> Turn:
    """Return the turn of a number, whose answer can be told from its question."""
    return Turn(
        run_id=f"r{number}",
        question=f"What of zebra{number}?",
        answer=f"Zebra{number} is well. " * 20,
        created_at="2026-05-08T08:00:00Z",
    )


def fact(number: int) -> str:
    """Return the fact of a number."""
    return f"My boat number {number} is called gull{number}."


async def remember(folder: Path) -> None:
    """Keep turns and facts until killed, from the first number that is not kept yet."""
    async with ChromaMemory(folder, embedder=EMBEDDER, window=WINDOW) as memory:
        first = len(await memory.turns(SCOPE))
        print("open", flush=True)
        for number in count(first):
            await memory.keep(turn(number), SCOPE)
            print(f"turn {number}", flush=True)
            await memory.remember(fact(number), SCOPE)
            print(f"fact {number}", flush=True)


async def ingest(folder: Path, files: Path) -> None:
    """Take files in until killed."""
    async with ChromaDocuments(folder, embedder=EMBEDDER) as index:
        print("open", flush=True)
        await index.ingest([files], progress=lambda done, of, path: print(path, flush=True))
        print("done", flush=True)


if __name__ == "__main__":
    what, *places = sys.argv[1:]
    paths = [Path(place) for place in places]
    asyncio.run(remember(*paths) if what == "remember" else ingest(*paths))
