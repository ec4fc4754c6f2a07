"""Threads: listed, searched, renamed and erased, over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, JsonValue

from surefoot.agent import Thread, ThreadSearch

from .bodies import Strict
from .guarded import CallerHere


class ThreadView(BaseModel):
    """A thread as clients see it."""

    thread_id: str
    title: str
    created_at: str
    updated_at: str
    user: str | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class ThreadPage(BaseModel):
    """Some of the threads, the one last used first."""

    threads: list[ThreadView]
    total: int


class ThreadChange(Strict):
    """A new name."""

    title: str = Field(min_length=1, max_length=500)


async def list_threads(
    caller: CallerHere,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ThreadPage:
    """List or search the threads that the caller may see."""
    caller.require("runs")
    await caller.assistant.open()
    principal = caller.principal
    wanted = ThreadSearch(
        tenant=principal.tenant,
        user=None if principal.is_service else principal.user,
        words=q,
        named=True,
        limit=limit,
        offset=offset,
    )
    book = caller.assistant.home.threads
    found = await book.search(wanted)
    return ThreadPage(
        threads=[thread_view(thread) for thread in found], total=await book.count(wanted)
    )


async def get_thread(thread_id: str, caller: CallerHere) -> ThreadView:
    """Return a thread."""
    return thread_view(await caller.thread(thread_id))


async def rename_thread(thread_id: str, change: ThreadChange, caller: CallerHere) -> ThreadView:
    """Give a thread another name."""
    thread = await caller.thread(thread_id)
    changed = await caller.assistant.home.threads.change(thread.key, title=change.title)
    return thread_view(changed)


async def delete_thread(thread_id: str, caller: CallerHere) -> Response:
    """Erase a thread with its runs, events and remembered turns."""
    await caller.delete(thread_id)
    return Response(status_code=204)


def thread_view(thread: Thread) -> ThreadView:
    """Return a thread as clients see it."""
    return ThreadView(
        thread_id=thread.key.thread_id,
        title=thread.title,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
        user=thread.user,
        metadata=dict(thread.metadata),
    )


def add_routes(router: APIRouter) -> None:
    """Serve threads."""
    router.get("/v1/threads")(list_threads)
    router.get("/v1/threads/{thread_id}")(get_thread)
    router.patch("/v1/threads/{thread_id}")(rename_thread)
    router.delete("/v1/threads/{thread_id}", status_code=204)(delete_thread)
