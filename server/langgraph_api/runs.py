"""Runs: begun, streamed, waited for, joined and stopped as LangGraph's clients do it."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Asked, Caller
from ..streams import event_stream
from .asking import NewRun, decision_in, question_in
from .assistants import require_assistant
from .folding import Json
from .shapes import run_shape
from .streaming import (
    Begun,
    cursor_of,
    ending,
    modes_of,
    or_cancel,
    run_frames,
    then_delete,
    thread_frames,
)


async def create(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and return at once."""
    begun = await _begin(caller, thread_id, body)
    return JSONResponse(run_shape(begun.run), headers=begun.headers)


async def stream(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and stream it."""
    begun = await _begin(caller, thread_id, body)
    frames = run_frames(caller, begun, modes_of(body.stream_mode), (begun.after, -1))
    if body.on_disconnect == "cancel":
        frames = or_cancel(caller, begun.run.run_id, frames)
    return event_stream(caller, frames, headers=begun.headers)


async def wait(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and return the state it ends in."""
    begun = await _begin(caller, thread_id, body)
    return JSONResponse(await ending(caller, begun), headers=begun.headers)


async def stream_alone(body: NewRun, caller: CallerHere) -> Response:
    """Stream a run in a thread of its own, which goes with it."""
    thread_id = f"run-{uuid4()}"
    begun = await _begin(caller, thread_id, body, is_new=True)
    frames = run_frames(caller, begun, modes_of(body.stream_mode), (begun.after, -1))
    if body.on_completion == "delete":
        frames = then_delete(caller, thread_id, frames)
    return event_stream(caller, frames, headers=begun.headers)


async def wait_alone(body: NewRun, caller: CallerHere) -> Response:
    """Wait for a run in a thread of its own, which goes with it."""
    thread_id = f"run-{uuid4()}"
    begun = await _begin(caller, thread_id, body, is_new=True)
    state = await ending(caller, begun)
    if body.on_completion == "delete":
        await caller.delete(thread_id)
    return JSONResponse(state, headers=begun.headers)


async def create_alone(body: NewRun, caller: CallerHere) -> Response:
    """Begin a run in a thread of its own, which stays until it is looked at and deleted."""
    begun = await _begin(caller, f"run-{uuid4()}", body, is_new=True)
    return JSONResponse(run_shape(begun.run), headers=begun.headers)


async def list_runs(
    thread_id: str,
    caller: CallerHere,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 10,
    offset: Annotated[int, Query(ge=0)] = 0,
    status: str | None = None,
) -> Response:
    """List a thread's runs, newest first."""
    shapes = [run_shape(run) for run in await caller.runs(thread_id)]
    found = [shape for shape in shapes if status in (None, shape["status"])]
    return JSONResponse(found[offset : offset + limit])


async def get(thread_id: str, run_id: str, caller: CallerHere) -> Json:
    """Return a run."""
    return run_shape(await caller.run(run_id, thread_id=thread_id))


async def join(thread_id: str, run_id: str, caller: CallerHere) -> Response:
    """Wait for a run and return the state it ends in."""
    begun = await _known(caller, thread_id, run_id)
    return JSONResponse(await ending(caller, begun), headers=begun.headers)


async def join_stream(
    thread_id: str,
    run_id: str,
    request: Request,
    caller: CallerHere,
    stream_mode: Annotated[list[str] | None, Query()] = None,
    cancel_on_disconnect: bool = False,
) -> Response:
    """Stream a run from its beginning, or from behind the part seen last."""
    begun = await _known(caller, thread_id, run_id)
    cursor = cursor_of(request.headers.get("last-event-id"), begun.after)
    frames = run_frames(caller, begun, modes_of(stream_mode or "values"), cursor)
    if cancel_on_disconnect:
        frames = or_cancel(caller, run_id, frames)
    return event_stream(caller, frames, headers=begun.headers)


async def join_thread(
    thread_id: str,
    request: Request,
    caller: CallerHere,
    stream_modes: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Stream all runs of a thread without an end."""
    await caller.thread(thread_id)
    last = caller.assistant.home.log.last_seq(caller.key(thread_id))
    given = request.headers.get("last-event-id")
    cursor = cursor_of(given, 0) if given is not None else (last, 1_000)
    return event_stream(caller, thread_frames(caller, thread_id, cursor))


async def delete(thread_id: str, run_id: str, caller: CallerHere) -> Response:
    """Refuse to delete one run: what a thread has heard stays in it."""
    await caller.run(run_id, thread_id=thread_id)
    raise Refusal(409, "A run goes with its thread; delete that.", code="not_supported")


async def _begin(caller: Caller, thread_id: str, body: NewRun, *, is_new: bool = False) -> Begun:
    require_assistant(body.assistant_id)
    if not is_new and body.if_not_exists == "reject":
        await caller.thread(thread_id)
    if body.command is not None and body.command.resume is not None:
        return await _resumed(caller, thread_id, body)
    question = question_in(body.input)
    asked = Asked(
        text=question.text,
        images=question.pictures,
        message_id=question.message_id,
        busy=body.multitask_strategy,
    )
    job = await caller.start(thread_id, asked)
    return Begun(run=job.run, after=job.first_seq)


async def _resumed(caller: Caller, thread_id: str, body: NewRun) -> Begun:
    """Hand in decisions; the run that waited goes on."""
    waiting = await caller.waiting(thread_id)
    if not waiting or body.command is None:
        raise Refusal(409, f"Nothing waits in thread {thread_id!r}.", code="not_interrupted")
    run = await caller.run(waiting[0].run_id)
    events = await caller.events(thread_id)
    decisions = [(e, decision_in(body.command.resume, e.call_id)) for e in waiting]
    for event, decided in decisions:
        await caller.decide(
            event.run_id,
            event.call_id,
            decided.decision,
            args=decided.args,
            reason=decided.reason,
        )
    return Begun(run=run, after=events[-1].seq)


async def _known(caller: Caller, thread_id: str, run_id: str) -> Begun:
    run = await caller.run(run_id, thread_id=thread_id)
    events = await caller.events(thread_id, run_id=run_id)
    return Begun(run=run, after=events[0].seq - 1 if events else 0)


def add_routes(router: APIRouter) -> None:
    """Serve runs."""
    router.post("/runs")(create_alone)
    router.post("/runs/stream")(stream_alone)
    router.post("/runs/wait")(wait_alone)
    router.post("/threads/{thread_id}/runs")(create)
    router.post("/threads/{thread_id}/runs/stream")(stream)
    router.post("/threads/{thread_id}/runs/wait")(wait)
    router.get("/threads/{thread_id}/runs")(list_runs)
    router.get("/threads/{thread_id}/runs/{run_id}")(get)
    router.delete("/threads/{thread_id}/runs/{run_id}")(delete)
    router.get("/threads/{thread_id}/runs/{run_id}/join")(join)
    router.get("/threads/{thread_id}/runs/{run_id}/stream")(join_stream)
    router.get("/threads/{thread_id}/stream")(join_thread)
