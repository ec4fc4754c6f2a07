"""Lacking: what LangGraph's clients can ask for and is not offered, refused with the reason."""

from __future__ import annotations

from fastapi import APIRouter

from ..guarded import CallerHere
from ..problems import Refusal


async def crons(caller: CallerHere) -> None:
    """Refuse to plan runs ahead."""
    told = "Runs are not planned ahead here; let a scheduler of yours ask when it is time."
    raise Refusal(501, told, code="not_supported")


async def copy(thread_id: str, caller: CallerHere) -> None:
    """Refuse to copy a thread."""
    await caller.thread(thread_id)
    told = "A thread's events and evidence are its own and are not copied; begin a new thread."
    raise Refusal(501, told, code="not_supported")


def add_routes(router: APIRouter) -> None:
    """Serve the refusals."""
    router.post("/threads/{thread_id}/copy", status_code=501)(copy)
    router.post("/threads/{thread_id}/runs/crons", status_code=501)(crons)
    for path in ("/runs/crons", "/runs/crons/search", "/runs/crons/count"):
        router.post(path, status_code=501)(crons)
    router.patch("/runs/crons/{cron_id}", status_code=501)(crons)
    router.delete("/runs/crons/{cron_id}", status_code=501)(crons)
