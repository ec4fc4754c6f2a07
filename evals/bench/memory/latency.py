"""Latency: what a memory and a recall cost with few memories and with many, and the disk they take.

Memories are turns of one thread and facts about its user, a tenth of them but 1,000 at most. What
fills the store in bulk has made-up vectors, since embedding takes far longer than anything that is
measured here; what is measured is embedded by the packaged model.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from surefoot.agent import Assistant
from surefoot.memory import ChromaMemory, MiniLM
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.scope import Scope
from surefoot.settings import Settings
from surefoot.turns import Turn

Vectors = NDArray[np.float32]

_SCOPE = Scope(user="ann", thread_id="long")
_AT_ONCE = 2_000
_FACTS = 1_000
_NEW = 100
_QUESTIONS = 200


class _Filling:
    """The packaged model for single texts, and made-up vectors for many at once."""

    name = MiniLM.name
    dimension = MiniLM.dimension

    def __init__(self) -> None:
        self._model = MiniLM()
        self._topics = np.random.default_rng(7).standard_normal((200, MiniLM.dimension))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""
        if len(texts) == 1:
            return self._model.embed(texts)
        rows: Vectors = np.array([self._row(crc32(text.encode())) for text in texts], np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def _row(self, number: int) -> Vectors:
        noise = np.random.default_rng(number).standard_normal(MiniLM.dimension)
        row: Vectors = (self._topics[number % 200] + 0.5 * noise).astype(np.float32)
        return row


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


class _Words:
    """Stretches of words from Python's own manual, each with a word of its own."""

    def __init__(self) -> None:
        self._chance = random.Random(7)
        self._words = re.findall(r"[A-Za-z]{2,}", " ".join(topics.values()))

    def stretch(self, words: int) -> str:
        """Return so many words that follow each other, and a rare one."""
        at = self._chance.randrange(len(self._words) - words)
        return f"{' '.join(self._words[at : at + words])} {self._chance.randrange(20_000)}"

    def turn(self, number: int) -> Turn:
        """Return a turn about as long as those of a chat."""
        return Turn(
            run_id=f"r{number}",
            question=self.stretch(15),
            answer=self.stretch(40),
            created_at="2026-05-08T08:00:00Z",
        )


@dataclass(frozen=True, slots=True)
class _Times:
    wall: list[float]
    cpu: list[float]

    def __str__(self) -> str:
        parts = []
        for name, times in (("wall", self.wall), ("cpu", self.cpu)):
            p95 = statistics.quantiles(times, n=20)[-1]
            parts.append(f"{name} p50 {statistics.median(times) * 1e3:.1f} p95 {p95 * 1e3:.1f} ms")
        return ", ".join(parts)


async def measure_latency(sizes: Sequence[int]) -> None:
    """Measure each size, and print its figures."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            await _measure(Path(folder), size)


async def _measure(folder: Path, size: int) -> None:
    words = _Words()
    print(f"{size:,} memories; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    began = time.perf_counter()
    async with ChromaMemory(folder, embedder=_Filling()) as memory:
        facts = min(size // 10, _FACTS)
        for at in range(0, size - facts, _AT_ONCE):
            count = min(_AT_ONCE, size - facts - at)
            await memory.keep_all([words.turn(at + n) for n in range(count)], _SCOPE)
        for _ in range(facts):
            await memory.remember(f"I know {words.stretch(8)}.", _SCOPE)
        print(f"  filled in {time.perf_counter() - began:.0f} s, {_bytes(folder) / 1e6:.0f} MB")
        before = _bytes(folder)
        turns = [words.turn(size + n) for n in range(_NEW)]
        print(f"  add a turn: {await _timed(lambda n: memory.keep(turns[n], _SCOPE), _NEW)}")
        grown = (_bytes(folder) - before) / _NEW
        print(f"  disk: {grown:,.0f} bytes a turn added, {before / size:,.0f} a memory in all")
        told = [f"I own {words.stretch(8)}." for _ in range(_NEW)]
        print(f"  add a fact: {await _timed(lambda n: memory.remember(told[n], _SCOPE), _NEW)}")
        asked = [words.stretch(8) for _ in range(_QUESTIONS)]
        print(f"  recall: {await _timed(lambda n: memory.recall(asked[n], _SCOPE), _QUESTIONS)}")
        print(f"  question to prompt: {await _to_prompt(memory, words)}")


async def _to_prompt(memory: ChromaMemory, words: _Words) -> _Times:
    """Time from a question's arrival until the model is given its prompt, recall included."""
    model, wall, cpu = _Watched(), [], []
    async with Assistant(
        model=model, memory=memory, builtins=False, durable=False, settings=Settings()
    ) as assistant:
        for _ in range(_QUESTIONS):
            question = words.stretch(8)
            began, spent = time.perf_counter(), time.process_time()
            await assistant.ask(question, thread=_SCOPE.thread_id, user=_SCOPE.user)
            wall.append(model.asked_at - began)
            cpu.append(model.spent_at - spent)
    return _Times(wall, cpu)


async def _timed(work: Callable[[int], Awaitable[object]], times: int) -> _Times:
    wall, cpu = [], []
    for number in range(times):
        began, spent = time.perf_counter(), time.process_time()
        await work(number)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return _Times(wall, cpu)


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
