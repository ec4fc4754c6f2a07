"""Stores: what a ChromaStore's operations take with few items and with many."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings
from langgraph.store.base import PutOp

from surefoot.memory import ChromaStore

from .filling import Filling, Words, timed

_NAMESPACES = 100
_AT_ONCE = 1_000


async def measure_stores(sizes: Sequence[int], *, times: int = 50) -> None:
    """Measure each size, and print its figures."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            await _measure(Path(folder), size, times)


async def _measure(folder: Path, size: int, times: int) -> None:
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    store, words = ChromaStore(client, embedder=Filling(), fields=["text"]), Words()
    print(f"{size:,} items in {_NAMESPACES} namespaces; load {os.getloadavg()[0]:.1f}")
    began = time.perf_counter()
    for at in range(0, size, _AT_ONCE):
        store.batch(
            PutOp(_space(n), str(n), {"text": words.stretch(20), "n": n, "kind": f"k{n % 7}"})
            for n in range(at, min(at + _AT_ONCE, size))
        )
    print(f"  filled in {time.perf_counter() - began:.0f} s")

    async def say(name: str, work: object) -> None:
        assert callable(work)

        async def once(number: int) -> None:
            work(number)

        print(f"  {name}: {await timed(once, times)}")

    await say("get", lambda n: store.get(_space(n), str(n)))
    await say("put", lambda n: store.put(_space(n), str(n), {"text": words.stretch(20)}))
    await say("filter in a namespace", lambda n: store.search(_space(n), filter={"kind": "k3"}))
    await say("filter in all", lambda n: store.search((), filter={"n": {"$gt": size - n}}))
    await say("query in a namespace", lambda n: store.search(_space(n), query=words.stretch(5)))
    await say("query in all", lambda n: store.search((), query=words.stretch(5)))
    await say("list namespaces", lambda n: store.list_namespaces(prefix=("users",)))


def _space(number: int) -> tuple[str, str]:
    return ("users", f"u{number % _NAMESPACES}")
