"""Programs that a test runs and kills: `python killed.py remember|ingest|purge FOLDER [FILES]`.

Each says a line for everything it was told is kept.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from itertools import chain, count
from pathlib import Path

import chromadb
from chromadb.api import ClientAPI
from chromadb.config import Settings
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint

from surefoot.memory import (
    ChromaDocuments,
    ChromaMemory,
    ChromaSaver,
    ChromaStore,
    Document,
    LangChainEmbedder,
    Window,
)
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


def client_of(folder: Path) -> ClientAPI:
    """Return a client of a folder of its own."""
    return chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))


def store_in(folder: Path) -> ChromaStore:
    """Open a store; one whose purge was broken off finishes it."""
    return ChromaStore(client_of(folder / "store"), embedder=EMBEDDER)


def saver_in(folder: Path) -> ChromaSaver:
    """Open a checkpointer; one whose purge was broken off finishes it."""
    return ChromaSaver(client_of(folder / "saver"))


def thread(name: str) -> RunnableConfig:
    """Return the config of a thread."""
    return {"configurable": {"thread_id": name, "checkpoint_ns": ""}}


async def purge(folder: Path) -> None:
    """Keep kestrels and have them leave the files, until killed; an otter stays everywhere."""
    store, saver = store_in(folder), saver_in(folder)
    async with (
        ChromaMemory(folder / "memory", embedder=EMBEDDER) as memory,
        ChromaDocuments(folder / "documents", embedder=EMBEDDER) as index,
    ):
        for name in chain(["otter"], map("kestrel{}".format, count())):
            await memory.remember(f"I keep a tame {name}.", SCOPE)
            await index.add(Document(path=f"{name}.txt", text=f"Here a {name} is kept."))
            store.put(("pets",), name, {"text": f"a tame {name}"})
            saver.put(thread(name), empty_checkpoint(), {"source": "input"}, {})
            if name == "otter":
                continue
            await index.remove(f"{name}.txt")
            store.delete(("pets",), name)
            saver.delete_thread(name)
            print(name, flush=True)
            await memory.forget(SCOPE, query=name)
            print(f"{name} memory", flush=True)
            await index.purge()
            print(f"{name} documents", flush=True)
            store.purge()
            print(f"{name} store", flush=True)
            saver.purge()
            print(f"{name} saver", flush=True)


PROGRAMS: dict[str, Callable[..., Coroutine[None, None, None]]] = {
    "remember": remember,
    "ingest": ingest,
    "purge": purge,
}

if __name__ == "__main__":
    what, *places = sys.argv[1:]
    asyncio.run(PROGRAMS[what](*map(Path, places)))
