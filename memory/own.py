"""Own memory: all that a memory over a diary can do, wherever the diary is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from surefoot.evidence import Finding
from surefoot.scope import Scope
from surefoot.turns import Turn

from .diary import Diary, Matches, Unread
from .facts import Fact, Learned
from .memory import Recalled
from .retention import Retention
from .summaries import Overdue
from .transcript import Kept

T = TypeVar("T")


class OwnMemory(ABC):
    """Turns, summaries and facts in a diary. A scope without a user has turns but no facts."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of every thread and file."""

    @abstractmethod
    async def _do(self, work: Callable[[Diary], T]) -> T:
        """Return what `work` makes of the diary."""

    @abstractmethod
    def _soon(self, work: Callable[[Diary], object]) -> None:
        """Do `work` behind what was asked for, before whatever is asked for next."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on `question`."""
        return await self._do(lambda diary: diary.recall(question, scope))

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn of the thread and return its memory id. Keeping it twice keeps it once.

        Its text is on disk when this returns. What leaves the window by it gets its vector behind
        that, before the next call is answered.
        """
        memory_id = await self._do(lambda diary: diary.keep(turn, scope))
        self._soon(lambda diary: diary.embed_turns(scope))
        return memory_id

    async def keep_all(self, turns: Sequence[Turn], scope: Scope) -> list[str]:
        """Keep turns of a thread that was held elsewhere, oldest first, in one change."""
        return await self._do(lambda diary: diary.keep_all(turns, scope))

    async def remember(
        self, fact: str | Learned, scope: Scope, *, run_id: str | None = None
    ) -> str:
        """Keep a fact about the scope's user and return its memory id. Raises `ToolError`."""
        learned = fact if isinstance(fact, Learned) else Learned(text=fact, run_id=run_id)
        return await self._do(lambda diary: diary.remember(learned, scope))

    async def correct(
        self, about: str, fact: str, scope: Scope, *, run_id: str | None = None
    ) -> str:
        """Put right the one fact that matches `about`; return the memory id of the new one.

        The old one is kept as history that never was so. Raises `ToolError` when none matches, or
        several do.
        """
        learned = Learned(text=fact, run_id=run_id)
        return await self._do(lambda diary: diary.correct(about, learned, scope))

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to `query`, best first."""
        return await self._do(lambda diary: diary.search(query, scope, limit=limit))

    async def facts(self, scope: Scope, *, history: bool = False) -> list[Fact]:
        """Return all facts about the user, oldest first; with `history`, superseded ones too."""
        return await self._do(lambda diary: diary.facts(scope, history=history))

    async def turns(self, scope: Scope) -> list[Turn]:
        """Return the user's turns in all threads, or the thread's where nobody is named."""
        return [kept.turn for kept in await self.kept(scope)]

    async def kept(self, scope: Scope) -> list[Kept]:
        """Return what `turns` returns, with the threads."""
        return await self._do(lambda diary: diary.turns(scope))

    async def summaries(self, scope: Scope) -> dict[str, str]:
        """Return the summaries of the user's threads."""
        return await self._do(lambda diary: diary.summaries(scope))

    async def unread(self, *, limit: int = 8, with_related: bool = False) -> list[Unread]:
        """Return the oldest turns that nobody has looked through for facts yet."""
        return await self._do(lambda diary: diary.unread(limit=limit, with_related=with_related))

    async def learn(self, unread: Unread, learned: Iterable[Learned]) -> list[Fact]:
        """Keep what was found in a turn, once; return the facts that are new."""
        return await self._do(lambda diary: diary.learn(unread, learned))

    async def overdue(self, scope: Scope, *, turns: int) -> Overdue | None:
        """Return what a model may sum up, once `turns` have left the window since it last did."""
        return await self._do(lambda diary: diary.overdue(scope, turns=turns))

    async def sum_up(self, overdue: Overdue, text: str) -> None:
        """Keep the summary that a model wrote."""
        await self._do(lambda diary: diary.sum_up(overdue, text))

    async def matching(self, scope: Scope, *, query: str | None = None) -> Matches:
        """Return the user's facts and turns that match a query or a memory id; all with none."""
        return await self._do(lambda diary: diary.matching(scope, query))

    async def still_says(self, texts: Sequence[str]) -> set[str]:
        """Return which of the texts are still remembered, of whomever."""
        return await self._do(lambda diary: diary.still_says(texts))

    async def erase(
        self, scope: Scope, *, facts: Sequence[str] = (), runs: Sequence[str] = ()
    ) -> None:
        """Delete facts of the user by memory id, and the turns of runs."""
        await self._do(lambda diary: diary.erase(scope, facts=facts, runs=runs))

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete the user's facts and turns, or the facts that match `query`; return how many.

        When it returns, no byte of their texts or vectors is left in the memory's folder.
        """
        return await self._do(lambda diary: diary.forget(scope, query))

    async def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of one thread; return how many."""
        return await self._do(lambda diary: diary.forget_thread(scope))

    async def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one of the user's facts; False when there is none."""
        if memory_id not in {fact.memory_id for fact in await self.facts(scope, history=True)}:
            return False
        await self.erase(scope, facts=[memory_id])
        return True

    async def retain(self, policy: Retention) -> int:
        """Delete what is too old or too many; return how many memories."""
        if policy.keeps_all:
            return 0
        return await self._do(lambda diary: diary.retain(policy))
