"""Latency: what a memory and a recall cost with few memories and with many, and the disk they take.

Memories are turns of one thread and facts about its user, a tenth of them but 1,000 at most. What
fills the store in bulk has made-up vectors, since embedding takes far longer than anything that is
measured here; what is measured is embedded by the packaged model.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from surefoot.agent import Assistant
from surefoot.memory import ChromaMemory
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.scope import Scope
from surefoot.settings import Settings

from .filling import Filling, Times, Words, bytes_in, timed

_SCOPE = Scope(user="ann", thread_id="long")
_PAUSE_SECONDS = 0.1
_AT_ONCE = 2_000
_FACTS = 1_000


class _Watched:
    """A model that notes when it is asked."""

    name = "watched"

    def __init__(self) -> None:
        self.asked_at = self.spent_at = 0.0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Answer in one word."""
        self.asked_at, self.spent_at = time.perf_counter(), time.process_time()
        yield TextDelta("Noted.")
        yield Finished(reason="stop")


async def measure_latency(sizes: Sequence[int], *, times: int = 100) -> None:
    """Measure each size, and print its figures."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            await _measure(Path(folder), size, times)


async def _measure(folder: Path, size: int, times: int) -> None:
    words = Words()
    print(f"{size:,} memories; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    began = time.perf_counter()
    async with ChromaMemory(folder, embedder=Filling()) as memory:
        facts = min(size // 10, _FACTS)
        for at in range(0, size - facts, _AT_ONCE):
            count = min(_AT_ONCE, size - facts - at)
            await memory.keep_all([words.turn(at + n) for n in range(count)], _SCOPE)
        for _ in range(facts):
            await memory.remember(f"I know {words.stretch(8)}.", _SCOPE)
        print(f"  filled in {time.perf_counter() - began:.0f} s, {bytes_in(folder) / 1e6:.0f} MB")
        before = bytes_in(folder)
        turns = [words.turn(size + n) for n in range(times)]
        print(f"  add a turn: {await timed(lambda n: memory.keep(turns[n], _SCOPE), times)}")
        grown = (bytes_in(folder) - before) / times
        print(f"  disk: {grown:,.0f} bytes a turn added, {before / size:,.0f} a memory in all")
        told = [f"I own {words.stretch(8)}." for _ in range(times)]
        print(f"  add a fact: {await timed(lambda n: memory.remember(told[n], _SCOPE), times)}")
        asked = [words.stretch(8) for _ in range(2 * times)]
        print(f"  recall: {await timed(lambda n: memory.recall(asked[n], _SCOPE), 2 * times)}")
        print(f"  question to prompt: {await _to_prompt(memory, words, times)}")


async def _to_prompt(memory: ChromaMemory, words: Words, times: int) -> Times:
    """Time from a question's arrival until the model is given its prompt, recall included.

    Between two questions there is a pause, in which the vector of the turn before is made.
    """
    model, wall, cpu = _Watched(), [], []
    async with Assistant(
        model=model, memory=memory, builtins=False, durable=False, settings=Settings()
    ) as assistant:
        for _ in range(times):
            question = words.stretch(8)
            began, spent = time.perf_counter(), time.process_time()
            await assistant.ask(question, thread=_SCOPE.thread_id, user=_SCOPE.user)
            wall.append(model.asked_at - began)
            cpu.append(model.spent_at - spent)
            await asyncio.sleep(_PAUSE_SECONDS)
    return Times(wall, cpu)
