"""Memory tools: let the assistant keep, look up, correct and forget facts about the user."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Protocol

from pydantic import Field

from surefoot.errors import ToolError
from surefoot.evidence import Finding, MemorySource, ToolSource
from surefoot.scope import Scope

from .decorator import tool
from .taint.policy import Rule
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


class Changing(Protocol):
    """Notes that can be put right and taken back."""

    async def correct(
        self, about: str, fact: str, scope: Scope, *, run_id: str | None = None
    ) -> str:
        """Put right the one fact that matches `about`; return the memory id of the new one."""
        ...

    async def forget_about(self, about: str | None, scope: Scope, *, run_id: str) -> int:
        """Forget what matches `about`, or everything with None; return how many memories.

        What was said of it in the thread, the run `run_id` included, goes when that run has ended.
        """
        ...


_EVERYTHING = "everything"
_CONFIRMS = re.compile(
    r"\b(?:yes|sure|really|certain|confirm\w*|definitely|indeed)\b", re.IGNORECASE
)
_UNSAID = Rule(
    tool="forget_memory",
    argument="about",
    source=("untrusted", "model"),
    then="ask",
    why="What is forgotten cannot be brought back.",
)


def remember_tool(notes: Notes) -> Tool:
    """Let the assistant keep what a user tells it about themselves in `notes`."""

    @tool(side_effects=False, approval="tainted")
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

    return replace(remember, remembers="fact")


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


def correct_tool(notes: Changing) -> Tool:
    """Let the assistant put right what `notes` holds about the user."""

    @tool(side_effects=False, approval="tainted")
    async def correct_memory(
        about: Annotated[str, Field(max_length=2_000)],
        fact: Annotated[str, Field(max_length=2_000)],
        *,
        context: CallContext,
    ) -> ToolOutput:
        """Put right something remembered about the user that was never so.

        For what has changed since, use `remember`: what was so before then stays as history.

        Args:
            about: The id or the words of the one memory that is wrong.
            fact: What is right, as a full sentence, such as `The user's dog is called Rex.`
        """
        _require_user(context)
        memory_id = await notes.correct(about, fact, context.scope, run_id=context.run_id)
        source = MemorySource(
            memory_id=memory_id, thread_id=context.scope.thread_id, run_id=context.run_id
        )
        return ToolOutput(
            value={"remembered": fact}, findings=(Finding(source=source, content=fact),)
        )

    return replace(correct_memory, remembers="fact")


def forget_tool(notes: Changing) -> Tool:
    """Let the assistant forget what the user wants forgotten.

    A person is asked first when the user did not name it in their own words.
    """

    @tool(side_effects=True, idempotent=True, approval="tainted", rules=(_UNSAID,))
    async def forget_memory(
        about: Annotated[str, Field(min_length=1, max_length=2_000)], *, context: CallContext
    ) -> ToolOutput:
        """Forget something about the user for good, with the turns in which it was said.

        Only when the user asks for it, and in the user's own words.

        Args:
            about: Words that all memories to be forgotten hold, or `everything`.
        """
        _require_user(context)
        everything = about.strip().lower() == _EVERYTHING
        if everything and not _CONFIRMS.search(context.question):
            raise ToolError(
                "That would delete everything that is remembered of the user, for good. Ask them "
                "to confirm it with “yes, forget everything”.",
                code="ask_first",
            )
        number = await notes.forget_about(
            None if everything else about, context.scope, run_id=context.run_id
        )
        what = "1 memory was" if number == 1 else f"{number} memories were"
        told = Finding(
            source=ToolSource(tool="forget_memory"), content=f"{what} forgotten.", trust="trusted"
        )
        return ToolOutput(value={"forgotten": number}, findings=(told,))

    return forget_memory


def _require_user(context: CallContext) -> None:
    if context.scope.user is None:
        raise ToolError(
            "Nobody in particular is asking, so there is no personal memory. "
            "Answer from the conversation, or ask the user to sign in.",
            code="no_user",
        )
