"""Measure retrieval: how fast documents are taken in, and how long a search takes among them."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import ChromaDocuments, Embedder, MiniLM

VectorKind = Literal["minilm", "given"]

_FOLDERS = 10
_PARTS = 20
"""Passages of a document."""
_WORDS = 60
"""Words of a passage."""
_SEARCHES = 40


@dataclass(frozen=True, slots=True)
class Given:
    """Vectors that stand for nothing: random, the same for the same text, and quickly made."""

    name: str = "given"
    dimension: int = 384

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text."""
        rows = [
            np.random.default_rng(crc32(text.encode())).standard_normal(self.dimension)
            for text in texts
        ]
        made = np.asarray(rows, np.float32).reshape(len(rows), self.dimension)
        made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
        return made


class Writer:
    """Writes texts of English words, each as rare as words are: the nth is used 1/n as often."""

    def __init__(self, words: Sequence[str]) -> None:
        self._chance = random.Random(7)
        self._words = list(words)
        self._chance.shuffle(self._words)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def words(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))

    def document(self, number: int) -> str:
        """Return a document of a title and its parts."""
        parts = [f"## Part {part}\n\n{self.words(_WORDS)}.\n" for part in range(_PARTS)]
        return f"# Text {number}\n\n" + "\n".join(parts)


async def measure(folder: Path, chunks: int, kind: VectorKind, words: Sequence[str]) -> list[str]:
    """Return what was measured, a line each."""
    writer = Writer(words)
    texts = folder / "texts"
    for number in range(max(chunks // _PARTS, 1)):
        file = texts / f"folder{number % _FOLDERS}" / f"{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(writer.document(number), encoding="utf-8")
    embedder: Embedder = MiniLM() if kind == "minilm" else Given()
    async with ChromaDocuments(folder / "index", embedder=embedder) as index:
        began, cpu = time.perf_counter(), time.process_time()
        report = await index.ingest([texts])
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
        about = f"retrieval: {report.chunks:,} passages, vectors of {embedder.name}"
        lines = [
            f"{about}: taken in within {seconds:.1f} s, {report.chunks / seconds:.0f} a second, "
            f"{report.chunks / spent:.0f} per CPU second"
        ]
        for name, paths in (
            ("all", []),
            ("one folder in ten", ["folder3"]),
            ("one file", ["3.md"]),
        ):
            lines.append(f"{about}: a search in {name}: {await _searches(index, writer, paths)}")
    return lines


async def _searches(index: ChromaDocuments, writer: Writer, paths: Sequence[str]) -> str:
    taken: list[float] = []
    cpu = time.process_time()
    for _ in range(_SEARCHES):
        query = writer.words(6)
        began = time.perf_counter()
        await index.search(query, limit=5, paths=paths)
        taken.append((time.perf_counter() - began) * 1e3)
    spent = (time.process_time() - cpu) / _SEARCHES * 1e3
    high = statistics.quantiles(taken, n=20)[-1]
    return (
        f"median {statistics.median(taken):.1f} ms, 95 % within {high:.1f} ms, CPU {spent:.1f} ms"
    )
