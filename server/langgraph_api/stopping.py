"""Stopping: one run, or many, stopped or rolled back as LangGraph's clients ask for it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from surefoot.agent import Run, ThreadSearch
from surefoot.errors import InputError

from ..guarded import CallerHere
from ..service import Caller
from .shapes import run_shape

_MOST = 1_000
"""Threads that are looked through for runs of a status."""

Action = Literal["interrupt", "rollback"]
Wanted = Literal["pending", "running", "all"]


class Many(BaseModel):
    """Which runs are to be stopped: those named in a thread, or all that have a status."""

    model_config = ConfigDict(extra="ignore")

    thread_id: str | None = None
    run_ids: list[str] = Field(default_factory=list[str], max_length=1_000)
    status: Wanted | None = None


async def cancel(
    thread_id: str,
    run_id: str,
    caller: CallerHere,
    wait: bool = False,
    action: Action = "interrupt",
) -> Response:
    """Stop a run; its thread stays usable, and with `rollback` forgets it."""
    await caller.cancel(run_id, thread_id=thread_id, rollback=action == "rollback")
    return Response(status_code=204 if wait else 202)


async def cancel_many(body: Many, caller: CallerHere, action: Action = "interrupt") -> Response:
    """Stop several runs."""
    for run in await _runs(caller, body):
        await caller.cancel(run.run_id, rollback=action == "rollback")
    return Response(status_code=204)


async def _runs(caller: Caller, body: Many) -> list[Run]:
    if body.run_ids:
        if body.thread_id is None or body.status is not None:
            raise InputError("Runs that are named need their `thread_id`, and no `status`.")
        return [await caller.run(name, thread_id=body.thread_id) for name in body.run_ids]
    if body.status is None:
        raise InputError("Name runs of a thread by `run_ids`, or say a `status`.")
    statuses = {"pending", "running", "interrupted"} if body.status == "all" else {body.status}
    threads = [body.thread_id] if body.thread_id is not None else await _threads(caller)
    runs = [run for thread_id in threads for run in await caller.runs(thread_id)]
    # Those that wait first, so that none of them begins when the one before it is stopped.
    runs.sort(key=lambda run: run.status != "queued")
    return [
        run
        for run in runs
        if run.status in ("queued", "running", "waiting") and run_shape(run)["status"] in statuses
    ]


async def _threads(caller: Caller) -> list[str]:
    """Return the caller's threads that were used last."""
    caller.require("runs")
    await caller.assistant.open()
    principal = caller.principal
    wanted = ThreadSearch(
        tenant=principal.tenant,
        user=None if principal.is_service else principal.user,
        limit=_MOST,
    )
    found = await caller.assistant.home.threads.search(wanted)
    return [thread.key.thread_id for thread in found]


def add_routes(router: APIRouter) -> None:
    """Serve the stopping of runs."""
    router.post("/runs/cancel")(cancel_many)
    router.post("/threads/{thread_id}/runs/{run_id}/cancel")(cancel)
