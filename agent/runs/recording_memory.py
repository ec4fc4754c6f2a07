"""Recorded memory: what it recalled and kept for a run."""

from __future__ import annotations

from functools import cache

from pydantic import JsonValue, TypeAdapter

from surefoot.evidence import Finding
from surefoot.memory import Memory, Recalled
from surefoot.scope import Scope
from surefoot.turns import Turn

from .recording import Entry, Tape, failed


@cache
def recalls() -> TypeAdapter[Recalled]:
    """Return what reads and writes what memory recalled."""
    return TypeAdapter(Recalled)


class RecordedMemory:
    """A memory whose part in a run is taken down; tools that use it are taken down as tools."""

    def __init__(self, inner: Memory, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Pass on what bears on the question."""
        try:
            recalled = await self._inner.recall(question, scope)
        except Exception as error:
            self._note("recall", question, None, failed(error))
            raise
        self._note("recall", question, recalls().dump_python(recalled, mode="json"))
        return recalled

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Pass on a turn to keep."""
        given: JsonValue = {"question": turn.question, "answer": turn.answer}
        try:
            memory_id = await self._inner.keep(turn, scope)
        except Exception as error:
            self._note("keep", given, None, failed(error))
            raise
        self._note("keep", given, memory_id)
        return memory_id

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Pass on a fact to keep."""
        return await self._inner.remember(fact, scope, run_id=run_id)

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Pass on a search."""
        return await self._inner.search(query, scope, limit=limit)

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Pass on what is to be forgotten."""
        return await self._inner.forget(scope, query=query)

    def _note(
        self,
        name: str,
        given: JsonValue,
        back: JsonValue,
        error: dict[str, JsonValue] | None = None,
    ) -> None:
        entry = Entry(boundary="memory", name=name, given=given, back=back, error=error)
        self._tape.note(entry, flush=True)
