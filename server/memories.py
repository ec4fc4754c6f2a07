"""Memories: what is remembered about a person, for that person to see, correct and forget."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, JsonValue

from surefoot.agent import Receipt
from surefoot.errors import NotFound
from surefoot.memory import Fact, FactKind, OwnMemory
from surefoot.scope import Scope

from .bodies import Strict
from .guarded import CallerHere
from .problems import Refusal
from .service import Caller

_MOST_FOUND = 20


class FactView(BaseModel):
    """Something remembered."""

    memory_id: str
    text: str
    said: str
    """The text, with its end where it is history."""
    kind: FactKind
    confidence: float
    thread_id: str
    run_id: str | None = None
    observed_at: str
    valid_from: str | None = None
    valid_to: str | None = None
    superseded_by: str | None = None
    superseded_at: str | None = None
    was_wrong: bool = False
    last_used_at: str | None = None
    uses: int = 0


class Found(BaseModel):
    """Something remembered that bears on a subject."""

    text: str


class NewFact(Strict):
    """Something to remember."""

    text: str = Field(min_length=1, max_length=2_000)


class Kept(BaseModel):
    """Where it is remembered."""

    memory_id: str


class Forgotten(BaseModel):
    """How much was forgotten, and the receipt for it."""

    forgotten: int
    receipt: dict[str, JsonValue]


async def list_facts(caller: CallerHere, history: bool = False) -> list[FactView]:
    """List what is remembered about the caller."""
    memory, scope = _memory(caller)
    return [_view(fact) for fact in await memory.facts(scope, history=history)]


async def search(caller: CallerHere, q: Annotated[str, Query(max_length=2_000)]) -> list[Found]:
    """Return what is remembered about the caller and bears on a subject, the nearest first."""
    memory, scope = _memory(caller)
    found = await memory.search(q, scope, limit=_MOST_FOUND)
    return [Found(text=item.content) for item in found]


async def add_fact(body: NewFact, caller: CallerHere) -> Kept:
    """Remember a fact about the caller."""
    memory, scope = _memory(caller)
    return Kept(memory_id=await memory.remember(body.text, scope))


async def correct_fact(memory_id: str, body: NewFact, caller: CallerHere) -> Kept:
    """Put a fact right; what it said before stays as history that was never so."""
    memory, scope = _memory(caller)
    await _known(memory, memory_id, scope)
    return Kept(memory_id=await memory.correct(memory_id, body.text, scope))


async def forget_fact(memory_id: str, caller: CallerHere) -> Response:
    """Forget one fact, and what was said of it, in every file."""
    memory, scope = _memory(caller)
    await _known(memory, memory_id, scope)
    await _forget(caller, scope, memory_id)
    return Response(status_code=204)


async def forget_all(
    caller: CallerHere, q: str | None = None, thread: str | None = None
) -> Forgotten:
    """Forget everything about the caller, or what matches, or one thread, in every file."""
    _, scope = _memory(caller)
    receipt = await _forget(caller, scope, q, thread)
    removed = receipt.removed
    return Forgotten(forgotten=removed.facts + removed.turns, receipt=json.loads(receipt.written()))


async def export(caller: CallerHere) -> dict[str, list[JsonValue]]:
    """Return everything that is kept about the caller, by kind."""
    _, scope = _memory(caller)
    found: dict[str, list[JsonValue]] = {
        kind: [] for kind in ("facts", "turns", "summaries", "items", "threads", "runs")
    }
    async for told in caller.assistant.export(scope.user or "", tenant=scope.tenant):
        kind = str(told.pop("kind"))
        found["summaries" if kind == "summary" else f"{kind}s"].append(told)
    return found


async def _forget(
    caller: Caller, scope: Scope, query: str | None, thread: str | None = None
) -> Receipt:
    return await caller.assistant.forget(
        user=scope.user, tenant=scope.tenant, query=query, thread=thread
    )


async def _known(memory: OwnMemory, memory_id: str, scope: Scope) -> None:
    if memory_id not in {fact.memory_id for fact in await memory.facts(scope, history=True)}:
        raise NotFound(f"There is no memory {memory_id!r}.")


def _memory(caller: Caller) -> tuple[OwnMemory, Scope]:
    caller.require("memory")
    principal = caller.principal
    if principal.user is None:
        told = "Memories are a person's: name one in the header X-Surefoot-User."
        raise Refusal(422, told, code="no_user")
    memory = caller.assistant.rooms.memory()
    if not isinstance(memory, OwnMemory):
        raise Refusal(409, "This assistant keeps no memories of its own.", code="no_memory")
    return memory, Scope(tenant=principal.tenant, user=principal.user, thread_id="memories")


def _view(fact: Fact) -> FactView:
    return FactView(
        memory_id=fact.memory_id,
        text=fact.text,
        said=fact.said,
        kind=fact.kind,
        confidence=fact.confidence,
        thread_id=fact.thread_id,
        run_id=fact.run_id,
        observed_at=fact.observed_at,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        superseded_by=fact.superseded_by,
        superseded_at=fact.superseded_at,
        was_wrong=fact.was_wrong,
        last_used_at=fact.last_used_at,
        uses=fact.uses,
    )


def add_routes(router: APIRouter) -> None:
    """Serve memories."""
    router.get("/v1/memories")(list_facts)
    router.post("/v1/memories", status_code=201)(add_fact)
    router.delete("/v1/memories")(forget_all)
    router.get("/v1/memories/export")(export)
    router.get("/v1/memories/search")(search)
    router.put("/v1/memories/{memory_id}")(correct_fact)
    router.delete("/v1/memories/{memory_id}", status_code=204)(forget_fact)
