"""Alike questions on disk: their vectors in Chroma, what they lead to in SQLite beside it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import ChromaVectors, Embedder

from .alike import Asked, embedded, particulars

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL,
    around TEXT NOT NULL,
    particulars TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (person, key)
);
"""

_LOOKED_AT = 16
"""Nearest questions of a person among which one must have the same particulars."""


class ChromaQuestions:
    """Does what `NearQuestions` does, and outlives the process. Words of a question are not kept.

    Each person has a collection of their own. All work is done in one thread, as Chroma wants it.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, *, similarity: float = 0.95, most: int = 1000
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._similarity = similarity
        self._most = most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="surefoot-questions")
        self._base: sqlite3.Connection | None = None
        self._vectors = ChromaVectors(folder / "vectors", embedder)

    async def find(self, asked: Asked) -> str | None:
        """Return the key kept for the most similar question, if any is near enough."""
        vector = await embedded(self._embedder, asked.text)
        return await self._do(partial(self._find, asked, vector[np.newaxis]))

    async def keep(self, asked: Asked, key: str) -> None:
        """Keep a question's key; the oldest go when there are too many."""
        vector = await embedded(self._embedder, asked.text)
        await self._do(partial(self._keep, asked, key, vector[np.newaxis]))

    async def forget(self, person: str | None = None) -> None:
        """Forget all, or what one person asked, down to the bytes on disk."""
        await self._do(partial(self._forget, person))

    async def close(self) -> None:
        """Let go of files and of the thread."""
        await self._do(self._close)
        self._thread.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _opened(self) -> sqlite3.Connection:
        if self._base is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / "questions.sqlite"
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.executescript(_SCHEMA)
        return self._base

    def _find(self, asked: Asked, vector: NDArray[np.float32]) -> str | None:
        near = self._vectors.nearest(_collection(asked.person), vector, limit=_LOOKED_AT)
        wanted = (asked.around, _told(asked.text))
        for row, similarity in near.items():
            if similarity < self._similarity:
                break
            found = (
                self._opened()
                .execute("SELECT around, particulars, key FROM questions WHERE row = ?", (row,))
                .fetchone()
            )
            if found is not None and found[:2] == wanted:
                return str(found[2])
        return None

    def _keep(self, asked: Asked, key: str, vector: NDArray[np.float32]) -> None:
        row = (
            self._opened()
            .execute(
                "INSERT INTO questions (person, around, particulars, key) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET around = excluded.around RETURNING row",
                (asked.person, asked.around, _told(asked.text), key),
            )
            .fetchone()[0]
        )
        self._vectors.put(_collection(asked.person), [int(row)], vector)
        self._make_room()

    def _make_room(self) -> None:
        over = "SELECT row, person FROM questions ORDER BY row DESC LIMIT -1 OFFSET ?"
        for row, person in self._opened().execute(over, (self._most,)).fetchall():
            self._vectors.remove(_collection(person), [row])
            self._opened().execute("DELETE FROM questions WHERE row = ?", (row,))

    def _forget(self, person: str | None) -> None:
        if person is None:
            self._opened().execute("DELETE FROM questions")
            self._vectors.clear()
        else:
            self._opened().execute("DELETE FROM questions WHERE person = ?", (person,))
            self._vectors.drop(_collection(person))
        self._vectors.erase()

    def _close(self) -> None:
        self._vectors.close()
        if self._base is not None:
            self._base.close()


def _collection(person: str) -> str:
    return f"questions-{hashlib.sha256(person.encode()).hexdigest()[:40]}"


def _told(question: str) -> str:
    """Return the particulars of a question as one text that tells them apart, and nothing else."""
    words = json.dumps(sorted(particulars(question)))
    return hashlib.sha256(words.encode()).hexdigest()
