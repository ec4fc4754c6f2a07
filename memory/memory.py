"""Memory: what the assistant remembers between turns and between conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from surefoot.evidence import Evidence, Finding
from surefoot.scope import Scope
from surefoot.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What memory brings to a question."""

    turns: tuple[Turn, ...] = ()
    """Earlier turns of the thread, oldest first: the latest ones and those that bear on it."""
    findings: tuple[Finding, ...] = ()
    """Facts about the person that bear on it."""
    summary: str = ""
    """What the thread's turns before the latest ones came to."""
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    """What the turns cite, as it was found, by run. Memory itself need not know of it."""


class Memory(Protocol):
    """What the assistant remembers. A scope without a user has turns but no facts."""

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on `question`."""
        ...

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn of the thread and return its memory id. Keeping it twice keeps it once."""
        ...

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact about the scope's user and return its memory id."""
        ...

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to `query`, best first."""
        ...

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete the user's facts and turns, or the facts that match `query`; return how many."""
        ...
