"""Plain memory: words only, nothing on disk, for tests and for programs that end soon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from surefoot.evidence import Finding
from surefoot.scope import Scope
from surefoot.turns import Turn

from .clock import utc_now
from .database import IN_MEMORY
from .diary import Diary
from .facts import Fact
from .meaning import NoMeaning
from .memory import Recalled
from .transcript import Window


class PlainMemory:
    """Remembers until it is closed and recalls by shared words. For one event loop."""

    def __init__(self, *, clock: Callable[[], str] = utc_now, window: Window | None = None) -> None:
        self._diary = Diary(Path(IN_MEMORY), NoMeaning(), clock=clock, window=window or Window())

    async def __aenter__(self) -> PlainMemory:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Forget everything."""
        self._diary.close()

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on `question`."""
        return self._diary.recall(question, scope)

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn of the thread and return its memory id. Keeping it twice keeps it once."""
        return self._diary.keep(turn, scope)

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact about the scope's user and return its memory id. Raises `ToolError`."""
        return self._diary.remember(fact, scope, run_id=run_id)

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to `query`, best first."""
        return self._diary.search(query, scope, limit=limit)

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete the user's facts and turns, or the facts that match `query`; return how many."""
        return self._diary.forget(scope, query)

    async def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of one thread; return how many."""
        return self._diary.forget_thread(scope)

    async def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one of the user's facts; False when there is none."""
        return self._diary.forget_fact(memory_id, scope)

    async def facts(self, scope: Scope, *, history: bool = False) -> list[Fact]:
        """Return all facts about the user, oldest first; with `history`, superseded ones too."""
        return self._diary.facts(scope, history=history)

    async def turns(self, scope: Scope) -> list[Turn]:
        """Return the user's turns in all threads, or the thread's where nobody is named."""
        return self._diary.turns(scope)
