"""Memory tools: let the assistant keep facts about the user and look them up."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from surefoot.errors import ToolError
from surefoot.evidence import Finding, MemorySource
from surefoot.scope import Scope

from .decorator import tool
from .tool import CallContext, Tool, ToolOutput

_FACTS = 5


class Notes(Protocol):
    """What is remembered about each user."""

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact about the scope's user and return its memory id."""
        ...

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to `query`, best first."""
        ...


def remember_tool(notes: Notes) -> Tool:
    """Let the assistant keep what a user tells it about themselves in `notes`."""

    @tool(side_effects=False)
    async def remember(
        fact: Annotated[str, Field(max_length=2_000)], *, context: CallContext
    ) -> ToolOutput:
        """Remember a fact or preference of the user for later conversations.

        Args:
            fact: One fact as a full sentence, such as `The user prefers kilometres.`
        """
        _require_user(context)
        if not fact.strip():
            raise ToolError("The fact is empty. Say what to remember.", code="empty_fact")
        memory_id = await notes.remember(fact, context.scope, run_id=context.run_id)
        source = MemorySource(
            memory_id=memory_id, thread_id=context.scope.thread_id, run_id=context.run_id
        )
        return ToolOutput(
            value={"remembered": fact}, findings=(Finding(source=source, content=fact),)
        )

    return remember


def recall_tool(notes: Notes) -> Tool:
    """Let the assistant look up what `notes` holds about the user."""

    @tool(side_effects=False)
    async def recall(
        query: Annotated[str, Field(max_length=2_000)], *, context: CallContext
    ) -> ToolOutput:
        """Look up what is remembered about the user.

        Args:
            query: What to look for, in plain words.
        """
        _require_user(context)
        found = await notes.search(query, context.scope, limit=_FACTS)
        return ToolOutput(
            value={"facts": [finding.content for finding in found]}, findings=tuple(found)
        )

    return recall


def _require_user(context: CallContext) -> None:
    if context.scope.user is None:
        raise ToolError(
            "Nobody in particular is asking, so there is no personal memory. "
            "Answer from the conversation, or ask the user to sign in.",
            code="no_user",
        )
