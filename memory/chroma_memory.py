"""Memory on Chroma: what `Memory` promises, kept on disk and found by words and meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .chroma import ChromaVectors
from .clock import utc_now
from .diary import Diary
from .embeddings import Embedder
from .meaning import ChromaMeaning
from .minilm import MiniLM
from .own import OwnMemory
from .transcript import Window
from .worker import Worker

T = TypeVar("T")


class ChromaMemory(OwnMemory):
    """Turns and facts in a folder: texts in SQLite, vectors in Chroma.

    With `chroma`, the address of a Chroma server, vectors lie there.

    Nothing is opened before the first call, and all blocking work happens in one thread that ends
    with `close`. What was acknowledged is on disk. One process at a time may use the folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder | None = None,
        clock: Callable[[], str] = utc_now,
        window: Window | None = None,
        chroma: str | None = None,
    ) -> None:
        self._folder = folder
        self._chroma = chroma
        self._embedder: Embedder = embedder if embedder is not None else MiniLM()
        self._clock = clock
        self._window = window or Window()
        self._worker = Worker("surefoot-memory")
        self._diary: Diary | None = None

    async def close(self) -> None:
        """Finish what is running and let go of every thread and file."""
        await self._worker.close(self._close)

    async def reembed(self) -> None:
        """Make all vectors again, with this memory's embedder."""
        await self._worker.run(lambda: self._open().reembed())

    async def _do(self, work: Callable[[Diary], T]) -> T:
        return await self._worker.run(lambda: work(self._opened()))

    def _soon(self, work: Callable[[Diary], object]) -> None:
        self._worker.soon(lambda: work(self._opened()))

    def _opened(self) -> Diary:
        if self._diary is None:
            self._open().catch_up()
        return self._open()

    def _open(self) -> Diary:
        if self._diary is None:
            vectors = ChromaVectors(self._folder / "vectors", self._embedder, server=self._chroma)
            self._diary = Diary(
                self._folder / "memory.sqlite",
                ChromaMeaning(vectors, self._embedder),
                clock=self._clock,
                window=self._window,
            )
        return self._diary

    def _close(self) -> None:
        if self._diary is not None:
            self._diary.close()
            self._diary = None
