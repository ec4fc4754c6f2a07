"""Threads: conversations with their states, as LangGraph's clients ask for them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from surefoot.agent import ThreadSearch
from surefoot.errors import NotFound

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Caller
from .folding import Json
from .shapes import fold, state_shape, states, thread_shape


class NewThread(BaseModel):
    """A thread to be made."""

    model_config = ConfigDict(extra="ignore")

    thread_id: str | None = None
    metadata: dict[str, JsonValue] | None = None
    if_exists: Literal["raise", "do_nothing"] | None = None


class ThreadPatch(BaseModel):
    """What is to be noted about a thread."""

    model_config = ConfigDict(extra="ignore")

    metadata: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class Search(BaseModel):
    """Which threads are looked for."""

    model_config = ConfigDict(extra="ignore")

    metadata: dict[str, JsonValue] | None = None
    status: str | None = None
    ids: list[str] | None = None
    limit: int = Field(default=10, ge=1, le=1_000)
    offset: int = Field(default=0, ge=0)


class History(BaseModel):
    """Which states are looked for."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(default=10, ge=1, le=1_000)
    before: str | dict[str, JsonValue] | None = None


async def create(body: NewThread, caller: CallerHere) -> Json:
    """Make a thread."""
    caller.require("runs")
    thread_id = body.thread_id or str(uuid4())
    await caller.assistant.open()
    known = await caller.assistant.home.threads.find(caller.key(thread_id))
    if known is not None and body.if_exists != "do_nothing":
        raise Refusal(409, f"Thread {thread_id!r} cannot be made.", code="exists")
    return await thread_shape(caller, await caller.claim(thread_id, metadata=body.metadata))


async def get(thread_id: str, caller: CallerHere) -> Json:
    """Return a thread."""
    return await thread_shape(caller, await caller.thread(thread_id))


async def update(thread_id: str, body: ThreadPatch, caller: CallerHere) -> Json:
    """Note something about a thread."""
    thread = await caller.thread(thread_id)
    book = caller.assistant.home.threads
    return await thread_shape(caller, await book.change(thread.key, metadata=body.metadata))


async def delete(thread_id: str, caller: CallerHere) -> Response:
    """Erase a thread."""
    await caller.delete(thread_id)
    return Response(status_code=204)


class Prune(BaseModel):
    """Which threads are to be made smaller, and how."""

    model_config = ConfigDict(extra="ignore")

    thread_ids: list[str] = Field(max_length=1_000)
    strategy: Literal["delete", "keep_latest"] = "delete"


async def prune(body: Prune, caller: CallerHere) -> Json:
    """Erase threads. With `keep_latest` nothing is left to do: no older checkpoints are kept."""
    threads = [await caller.thread(thread_id) for thread_id in body.thread_ids]
    if body.strategy == "delete":
        for thread in threads:
            await caller.delete(thread.key.thread_id)
    return {"pruned_count": len(threads)}


async def search(body: Search, caller: CallerHere) -> Response:
    """Find threads."""
    book = caller.assistant.home.threads
    found = await book.search(await _wanted(caller, body))
    shapes = [await thread_shape(caller, thread) for thread in found]
    if body.ids is not None:
        shapes = [shape for shape in shapes if shape["thread_id"] in body.ids]
    if body.status is not None:
        shapes = [shape for shape in shapes if shape["status"] == body.status]
    more = {"X-Pagination-Next": str(body.offset + body.limit)} if len(found) == body.limit else {}
    return JSONResponse(shapes, headers=more)


async def count(body: Search, caller: CallerHere) -> int:
    """Count what would be found, whatever its status."""
    return await caller.assistant.home.threads.count(await _wanted(caller, body))


async def get_state(thread_id: str, caller: CallerHere) -> Json:
    """Return a thread's state."""
    events = await caller.events(thread_id)
    return state_shape(fold(events), thread_id, events[-1] if events else None)


async def get_state_at(thread_id: str, checkpoint_id: str, caller: CallerHere) -> Json:
    """Return the state that a thread was in."""
    return await _state_at(caller, thread_id, checkpoint_id)


class Checkpointed(BaseModel):
    """Which state is looked for."""

    model_config = ConfigDict(extra="ignore")

    checkpoint: dict[str, JsonValue]


async def get_state_of(thread_id: str, body: Checkpointed, caller: CallerHere) -> Json:
    """Return the state that a thread was in."""
    return await _state_at(caller, thread_id, str(body.checkpoint.get("checkpoint_id")))


async def set_state(thread_id: str, caller: CallerHere) -> Json:
    """Refuse to write a state: it is what the events say, and they say what happened."""
    await caller.thread(thread_id)
    told = "The state of a thread follows from its events and cannot be written."
    raise Refusal(409, told, code="not_supported")


async def history(thread_id: str, body: History, caller: CallerHere) -> Response:
    """Return the states that a thread has gone through, newest first."""
    return await _history(caller, thread_id, body)


async def get_history(
    thread_id: str,
    caller: CallerHere,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 10,
    before: str | None = None,
) -> Response:
    """Return the states that a thread has gone through, newest first."""
    return await _history(caller, thread_id, History(limit=limit, before=before))


async def _history(caller: Caller, thread_id: str, body: History) -> Response:
    found = states(await caller.events(thread_id), thread_id)
    before = body.before
    if isinstance(before, dict):
        before = str(before.get("checkpoint_id", ""))
    if before is not None and before.isascii() and before.isdigit():
        found = [state for state in found if int(str(state["checkpoint_id"])) < int(before)]
    return JSONResponse(found[: body.limit])


async def _state_at(caller: Caller, thread_id: str, checkpoint_id: str) -> Json:
    for state in states(await caller.events(thread_id), thread_id):
        if state["checkpoint_id"] == checkpoint_id:
            return state
    raise NotFound(f"Thread {thread_id!r} has no checkpoint {checkpoint_id!r}.")


async def _wanted(caller: Caller, body: Search) -> ThreadSearch:
    caller.require("runs")
    await caller.assistant.open()
    principal = caller.principal
    return ThreadSearch(
        tenant=principal.tenant,
        user=None if principal.is_service else principal.user,
        metadata=body.metadata or {},
        limit=body.limit,
        offset=body.offset,
    )


def add_routes(router: APIRouter) -> None:
    """Serve threads."""
    router.post("/threads")(create)
    router.post("/threads/search")(search)
    router.post("/threads/count")(count)
    router.post("/threads/prune")(prune)
    router.get("/threads/{thread_id}")(get)
    router.patch("/threads/{thread_id}")(update)
    router.delete("/threads/{thread_id}", status_code=204)(delete)
    router.get("/threads/{thread_id}/state")(get_state)
    router.post("/threads/{thread_id}/state")(set_state)
    router.post("/threads/{thread_id}/state/checkpoint")(get_state_of)
    router.get("/threads/{thread_id}/state/{checkpoint_id}")(get_state_at)
    router.post("/threads/{thread_id}/history")(history)
    router.get("/threads/{thread_id}/history")(get_history)
