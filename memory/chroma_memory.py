"""Memory on Chroma: what `Memory` promises, kept on disk and found by words and meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from surefoot.evidence import Finding
from surefoot.scope import Scope
from surefoot.turns import Turn

from .chroma import ChromaVectors
from .clock import utc_now
from .diary import Diary
from .embeddings import Embedder
from .facts import Fact
from .meaning import ChromaMeaning
from .memory import Recalled
from .minilm import MiniLM
from .transcript import Window
from .worker import Worker


class ChromaMemory:
    """Turns and facts in a folder: texts in SQLite, vectors in Chroma.

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
    ) -> None:
        self._folder = folder
        self._embedder: Embedder = embedder if embedder is not None else MiniLM()
        self._clock = clock
        self._window = window or Window()
        self._worker = Worker("surefoot-memory")
        self._diary: Diary | None = None

    async def __aenter__(self) -> ChromaMemory:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish what is running and let go of every thread and file."""
        await self._worker.close(self._close)

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on `question`."""
        return await self._worker.run(lambda: self._opened().recall(question, scope))

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn of the thread and return its memory id. Keeping it twice keeps it once."""
        return await self._worker.run(lambda: self._opened().keep(turn, scope))

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact about the scope's user and return its memory id. Raises `ToolError`."""
        return await self._worker.run(lambda: self._opened().remember(fact, scope, run_id=run_id))

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to `query`, best first."""
        return await self._worker.run(lambda: self._opened().search(query, scope, limit=limit))

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete the user's facts and turns, or the facts that match `query`; return how many.

        When it returns, no byte of their texts or vectors is left in the folder.
        """
        return await self._worker.run(lambda: self._opened().forget(scope, query))

    async def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of one thread; return how many."""
        return await self._worker.run(lambda: self._opened().forget_thread(scope))

    async def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one of the user's facts; False when there is none."""
        return await self._worker.run(lambda: self._opened().forget_fact(memory_id, scope))

    async def facts(self, scope: Scope, *, history: bool = False) -> list[Fact]:
        """Return all facts about the user, oldest first; with `history`, superseded ones too."""
        return await self._worker.run(lambda: self._opened().facts(scope, history=history))

    async def turns(self, scope: Scope) -> list[Turn]:
        """Return the user's turns in all threads, or the thread's where nobody is named."""
        return await self._worker.run(lambda: self._opened().turns(scope))

    async def reembed(self) -> None:
        """Make all vectors again, with this memory's embedder."""
        await self._worker.run(lambda: self._open().reembed())

    def _opened(self) -> Diary:
        if self._diary is None:
            self._open().catch_up()
        return self._open()

    def _open(self) -> Diary:
        if self._diary is None:
            vectors = ChromaVectors(self._folder / "vectors", self._embedder)
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
