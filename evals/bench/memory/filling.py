"""Filling: what memories are made of for a measurement, and what it measures them with."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import MiniLM
from surefoot.turns import Turn

Vectors = NDArray[np.float32]


class Filling:
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


class Words:
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
class Times:
    wall: list[float]
    cpu: list[float]
    """Empty where other work went on meanwhile."""

    def __str__(self) -> str:
        parts = []
        for name, times in (("wall", self.wall), ("cpu", self.cpu)):
            if not times:
                continue
            p95 = statistics.quantiles(times, n=20)[-1]
            parts.append(f"{name} p50 {statistics.median(times) * 1e3:.1f} p95 {p95 * 1e3:.1f} ms")
        return ", ".join(parts)


async def timed(work: Callable[[int], Awaitable[object]], times: int) -> Times:
    wall, cpu = [], []
    for number in range(times):
        began, spent = time.perf_counter(), time.process_time()
        await work(number)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return Times(wall, cpu)


def bytes_in(folder: Path) -> int:
    """Return how much disk a folder takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
