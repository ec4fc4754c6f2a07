"""Runs: begun, streamed, waited for, joined and stopped as LangGraph's clients do it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from surefoot.agent import Run
from surefoot.errors import NotFound
from surefoot.events import TERMINAL, ApprovalRequested, Event, RunFailed

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Asked, Caller
from ..streams import HEARTBEAT, event_stream, frame, run_batches
from .asking import NewRun, decision_in, question_in
from .assistants import require_assistant
from .folding import Folding, Json
from .shapes import fold, run_shape

Modes = frozenset[str]
Cursor = tuple[int, int]
"""A `seq` and the number of the part of its event that was seen last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A run, and behind which of its events a stream of it begins."""

    run: Run
    after: int

    @property
    def headers(self) -> dict[str, str]:
        """Where the run is, and where its stream can be taken up again."""
        place = f"/threads/{self.run.scope.thread_id}/runs/{self.run.run_id}"
        return {"Content-Location": place, "Location": f"{place}/stream"}


async def create(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and return at once."""
    begun = await _begin(caller, thread_id, body)
    return JSONResponse(run_shape(begun.run), headers=begun.headers)


async def stream(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and stream it."""
    begun = await _begin(caller, thread_id, body)
    frames = _frames(caller, begun, _modes(body.stream_mode), (begun.after, -1))
    if body.on_disconnect == "cancel":
        frames = _or_cancel(caller, begun.run.run_id, frames)
    return event_stream(caller, frames, headers=begun.headers)


async def wait(thread_id: str, body: NewRun, caller: CallerHere) -> Response:
    """Begin a run and return the state it ends in."""
    begun = await _begin(caller, thread_id, body)
    return JSONResponse(await _ending(caller, begun), headers=begun.headers)


async def stream_alone(body: NewRun, caller: CallerHere) -> Response:
    """Stream a run in a thread of its own, which goes with it."""
    thread_id = f"run-{uuid4()}"
    begun = await _begin(caller, thread_id, body, is_new=True)
    frames = _frames(caller, begun, _modes(body.stream_mode), (begun.after, -1))
    if body.on_completion == "delete":
        frames = _then_delete(caller, thread_id, frames)
    return event_stream(caller, frames, headers=begun.headers)


async def wait_alone(body: NewRun, caller: CallerHere) -> Response:
    """Wait for a run in a thread of its own, which goes with it."""
    thread_id = f"run-{uuid4()}"
    begun = await _begin(caller, thread_id, body, is_new=True)
    ending = await _ending(caller, begun)
    if body.on_completion == "delete":
        await caller.delete(thread_id)
    return JSONResponse(ending, headers=begun.headers)


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
    return JSONResponse(await _ending(caller, begun), headers=begun.headers)


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
    cursor = _cursor(request.headers.get("last-event-id"), begun.after)
    frames = _frames(caller, begun, _modes(stream_mode or "values"), cursor)
    if cancel_on_disconnect:
        frames = _or_cancel(caller, run_id, frames)
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
    cursor = _cursor(given, 0) if given is not None else (last, 1_000)
    return event_stream(caller, _thread_frames(caller, thread_id, cursor))


async def cancel(
    thread_id: str,
    run_id: str,
    caller: CallerHere,
    wait: bool = False,
    action: Literal["interrupt", "rollback"] = "interrupt",
) -> Response:
    """Stop a run; its thread stays usable."""
    await caller.cancel(run_id, thread_id=thread_id)
    return Response(status_code=204 if wait else 202)


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
    text, message_id = question_in(body.input)
    asked = Asked(text=text, message_id=message_id, busy=body.multitask_strategy)
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


async def _heard(caller: Caller, begun: Begun, folding: Folding) -> AsyncGenerator[Event | None]:
    """Yield a run's events up to its end or until it waits for a person; None when idle."""
    run = begun.run
    thread_id = run.scope.thread_id
    batches = run_batches(caller, thread_id, run.run_id, after=begun.after)
    async with aclosing(batches):
        async for batch in batches:
            if not batch:
                yield None
            for event in batch:
                yield event
            if batch and any(isinstance(event, ApprovalRequested) for event in batch[-8:]):
                if folding.interrupts:
                    return


async def _before(caller: Caller, begun: Begun) -> Folding:
    """Return what the thread amounted to before the run's stream begins."""
    if not begun.after:
        return Folding()
    return fold(await caller.events(begun.run.scope.thread_id), through=begun.after)


async def _ending(caller: Caller, begun: Begun) -> Json:
    folding = await _before(caller, begun)
    async with aclosing(_heard(caller, begun, folding)) as events:
        async for event in events:
            if event is None:
                continue
            folding.hear(event)
            if isinstance(event, RunFailed):
                return {"__error__": {"error": event.code, "message": event.error}}
    return folding.values()


async def _frames(
    caller: Caller, begun: Begun, modes: Modes, cursor: Cursor
) -> AsyncIterator[bytes]:
    """Yield a run's parts behind the cursor. Their numbers do not depend on the modes."""
    folding = await _before(caller, begun)
    about: Json = {"run_id": begun.run.run_id, "attempt": 1}
    yield frame("metadata", json.dumps(about), id=f"{cursor[0]}-{max(cursor[1], 0)}")
    async with aclosing(_heard(caller, begun, folding)) as events:
        async for event in events:
            if event is None:
                yield HEARTBEAT
                continue
            data = b"".join(_parts(folding, event, modes, cursor))
            if data:
                yield data
            if event.type in TERMINAL:
                break
    yield frame("end", "null")


def _parts(folding: Folding, event: Event, modes: Modes, cursor: Cursor) -> list[bytes]:
    return [
        frame(part.event, json.dumps(part.data), id=f"{event.seq}-{number}")
        for number, part in enumerate(folding.hear(event), start=1)
        if (event.seq, number) > cursor and (part.mode in modes or part.mode == "control")
    ]


async def _thread_frames(caller: Caller, thread_id: str, cursor: Cursor) -> AsyncIterator[bytes]:
    folding, modes = Folding(), _modes(["values", "messages-tuple", "updates", "custom"])
    async with aclosing(caller.batches(thread_id, after=0)) as batches:
        async for batch in batches:
            if not batch:
                yield HEARTBEAT
            for event in batch:
                if data := b"".join(_parts(folding, event, modes, cursor)):
                    yield data


async def _or_cancel(
    caller: Caller, run_id: str, frames: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Stop the run when its reader goes away."""
    is_whole = False
    try:
        async for data in frames:
            yield data
        is_whole = True
    finally:
        if not is_whole:
            await asyncio.shield(caller.assistant.cancel(run_id))


async def _then_delete(
    caller: Caller, thread_id: str, frames: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Erase the thread when its run has been read, or its reader goes away."""
    try:
        async for data in frames:
            yield data
    finally:
        await asyncio.shield(_delete(caller, thread_id))


async def _delete(caller: Caller, thread_id: str) -> None:
    try:
        await caller.delete(thread_id)
    except NotFound:
        pass


def _modes(given: str | list[str]) -> Modes:
    return frozenset([given] if isinstance(given, str) else given)


def _cursor(header: str | None, first: int) -> Cursor:
    """Return the cursor in `Last-Event-ID`; `-1` means from the start."""
    if header is None or header == "-1":
        return (first, -1)
    seq, _, part = header.partition("-")
    if not (seq + part).isascii() or not seq.isdigit() or not part.isdigit() or len(header) > 30:
        raise Refusal(422, f"Last-Event-ID {header[:40]!r} is not ours.", code="bad_cursor")
    return (int(seq), int(part))


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
    router.post("/threads/{thread_id}/runs/{run_id}/cancel")(cancel)
    router.get("/threads/{thread_id}/stream")(join_thread)
