"""Memories: what is remembered about a person, for that person to see, correct and forget."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from surefoot.errors import NotFound
from surefoot.memory import Fact
from surefoot.scope import Scope
from surefoot.turns import Turn

from .conversations import Strict
from .guarded import CallerHere
from .problems import Refusal
from .service import Caller


@runtime_checkable
class FactKeeper(Protocol):
    """A memory whose facts can be listed and changed one by one."""

    async def facts(self, scope: Scope, *, history: bool = False) -> list[Fact]:
        """Return all facts about the user, oldest first."""
        ...

    async def turns(self, scope: Scope) -> list[Turn]:
        """Return the user's turns."""
        ...

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact and return its memory id."""
        ...

    async def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one fact; False when there is none."""
        ...

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete facts and turns, or the facts that match; return how many."""
        ...


class FactView(BaseModel):
    """Something remembered."""

    memory_id: str
    text: str
    thread_id: str
    observed_at: str
    superseded_at: str | None = None


class NewFact(Strict):
    """Something to remember."""

    text: str = Field(min_length=1, max_length=2_000)


class Kept(BaseModel):
    """Where it is remembered."""

    memory_id: str


class Forgotten(BaseModel):
    """How much was forgotten."""

    forgotten: int


class TurnView(BaseModel):
    """A question with its answer."""

    run_id: str
    question: str
    answer: str
    created_at: str


class Export(BaseModel):
    """Everything that is remembered about a person."""

    facts: list[FactView]
    turns: list[TurnView]


async def list_facts(caller: CallerHere, history: bool = False) -> list[FactView]:
    """List what is remembered about the caller."""
    memory, scope = _memory(caller)
    return [_view(fact) for fact in await memory.facts(scope, history=history)]


async def add_fact(body: NewFact, caller: CallerHere) -> Kept:
    """Remember a fact about the caller."""
    memory, scope = _memory(caller)
    return Kept(memory_id=await memory.remember(body.text, scope))


async def correct_fact(memory_id: str, body: NewFact, caller: CallerHere) -> Kept:
    """Put a fact right."""
    memory, scope = _memory(caller)
    if memory_id not in {fact.memory_id for fact in await memory.facts(scope, history=True)}:
        raise NotFound(f"There is no memory {memory_id!r}.")
    kept = await memory.remember(body.text, scope)
    if kept != memory_id:
        await memory.forget_fact(memory_id, scope)
    return Kept(memory_id=kept)


async def forget_fact(memory_id: str, caller: CallerHere) -> Response:
    """Forget one fact."""
    memory, scope = _memory(caller)
    if not await memory.forget_fact(memory_id, scope):
        raise NotFound(f"There is no memory {memory_id!r}.")
    return Response(status_code=204)


async def forget_all(caller: CallerHere, q: str | None = None) -> Forgotten:
    """Forget everything about the caller, or the facts that match."""
    memory, scope = _memory(caller)
    return Forgotten(forgotten=await memory.forget(scope, query=q))


async def export(caller: CallerHere) -> Export:
    """Return everything that is remembered about the caller."""
    memory, scope = _memory(caller)
    return Export(
        facts=[_view(fact) for fact in await memory.facts(scope, history=True)],
        turns=[
            TurnView(
                run_id=turn.run_id,
                question=turn.question,
                answer=turn.answer,
                created_at=turn.created_at,
            )
            for turn in await memory.turns(scope)
        ],
    )


def _memory(caller: Caller) -> tuple[FactKeeper, Scope]:
    caller.require("memory")
    principal = caller.principal
    if principal.user is None:
        told = "Memories are a person's: name one in the header X-Surefoot-User."
        raise Refusal(422, told, code="no_user")
    memory = caller.assistant.rooms.memory()
    if not isinstance(memory, FactKeeper):
        raise Refusal(409, "This assistant keeps no memories.", code="no_memory")
    return memory, Scope(tenant=principal.tenant, user=principal.user, thread_id="memories")


def _view(fact: Fact) -> FactView:
    return FactView(
        memory_id=fact.memory_id,
        text=fact.text,
        thread_id=fact.thread_id,
        observed_at=fact.observed_at,
        superseded_at=fact.superseded_at,
    )


def add_routes(router: APIRouter) -> None:
    """Serve memories."""
    router.get("/v1/memories")(list_facts)
    router.post("/v1/memories", status_code=201)(add_fact)
    router.delete("/v1/memories")(forget_all)
    router.get("/v1/memories/export")(export)
    router.put("/v1/memories/{memory_id}")(correct_fact)
    router.delete("/v1/memories/{memory_id}", status_code=204)(forget_fact)
