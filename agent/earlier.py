"""Earlier evidence: what the turns of a thread cite, read from its log, so that it can be cited."""

from __future__ import annotations

from dataclasses import dataclass, replace

from surefoot.evidence import Evidence, Finding
from surefoot.memory import Memory, Recalled
from surefoot.scope import Scope
from surefoot.turns import Turn

from .runs import EventLog, ThreadKey


@dataclass(frozen=True, slots=True)
class RememberingEvidence:
    """A memory that brings, with earlier turns, the evidence that they cite.

    Memory keeps of it only where it was from; the log has the whole, as long as the run is kept.
    """

    memory: Memory
    log: EventLog

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on the question, with the evidence of the turns in it."""
        recalled = await self.memory.recall(question, scope)
        cited = {t.run_id: {one.id for one in t.evidence} for t in recalled.turns if t.evidence}
        if not cited:
            return recalled
        found = await self.log.evidence(ThreadKey(scope.tenant, scope.thread_id), tuple(cited))
        evidence: dict[str, tuple[Evidence, ...]] = {}
        for run_id, item in found:
            if item.id in cited[run_id]:
                evidence[run_id] = (*evidence.get(run_id, ()), item)
        return replace(recalled, evidence=evidence)

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn."""
        return await self.memory.keep(turn, scope)

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact."""
        return await self.memory.remember(fact, scope, run_id=run_id)

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to the query."""
        return await self.memory.search(query, scope, limit=limit)

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete facts and turns."""
        return await self.memory.forget(scope, query=query)
