"""Documents: what a search takes alone, while others are taken in, and while gone ones are purged.

Passages have made-up vectors, since embedding takes far longer than anything measured here.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path

from surefoot.memory import ChromaDocuments, Document, scan_files

from .filling import Filling, Times, Words, timed

_PASSAGES = 20
"""Passages of a document."""
_SEARCHES = 100
_TAKEN_IN = 50
"""Documents that are taken in meanwhile."""
_REMOVED = 10
"""Of so many documents one is removed."""


async def measure_documents(sizes: Sequence[int]) -> None:
    """Measure each size in passages, and print its figures."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            await _measure(Path(folder), size)


async def _measure(folder: Path, size: int) -> None:
    words = Words()
    print(f"{size:,} passages; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    async with ChromaDocuments(folder, embedder=Filling()) as index:
        number = size // _PASSAGES
        for at in range(number):
            await index.add(_document(words, at))
        print(f"  a search: {await _searches(index, words)}")
        taking_in = (index.add(_document(words, number + n)) for n in range(_TAKEN_IN))
        print(f"  a search meanwhile taking in: {await _meanwhile(index, words, _all(taking_in))}")
        for at in range(0, number, _REMOVED):
            await index.remove(f"{at}.txt")
        left = await index.leftover()
        began, spent = time.perf_counter(), time.process_time()
        print(f"  a search meanwhile purging: {await _meanwhile(index, words, index.purge())}")
        print(
            f"  a purge of {left.passages:,} passages, searches meanwhile: wall "
            f"{time.perf_counter() - began:.1f} s, CPU {time.process_time() - spent:.1f} s"
        )
        began = time.perf_counter()
        found = scan_files(folder, left.pieces)
        print(
            f"  scan of {found.size / 1e6:.0f} MB for {found.needles:,} pieces: "
            f"{time.perf_counter() - began:.1f} s, in {len(found.residue)} files"
        )


async def _searches(index: ChromaDocuments, words: Words) -> Times:
    asked = [words.stretch(8) for _ in range(_SEARCHES)]
    return await timed(lambda n: index.search(asked[n]), _SEARCHES)


async def _meanwhile(
    index: ChromaDocuments, words: Words, work: Coroutine[None, None, None]
) -> Times:
    """Search over and over until some work is done, twice at least."""
    task = asyncio.create_task(work)
    wall: list[float] = []
    while not task.done() or len(wall) < 2:
        began = time.perf_counter()
        await index.search(words.stretch(8))
        wall.append(time.perf_counter() - began)
    await task
    return Times(wall, [])


async def _all(works: Iterable[Coroutine[None, None, int]]) -> None:
    for work in works:
        await work


def _document(words: Words, number: int) -> Document:
    text = "\n\n".join(f"{words.stretch(110)}." for _ in range(_PASSAGES))
    return Document(path=f"{number}.txt", text=text)
