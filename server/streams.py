"""Streams: a thread's events as server-sent events, from any cursor on."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import JsonValue

from surefoot.events import TERMINAL, Event

from .problems import Refusal
from .service import Caller

HEARTBEAT = b": heartbeat\n\n"

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where following begins."""

    after: int
    snapshot: dict[str, JsonValue] | None = None
    """What to tell a client whose cursor points to what is not there (any more)."""


async def start_at(caller: Caller, thread_id: str, after: int) -> Start:
    """Return where a client with this cursor goes on."""
    log, key = caller.assistant.home.log, caller.key(thread_id)
    floor = await log.floor(key)
    last = log.last_seq(key)
    if floor <= after <= last or (after == 0 and floor == 0):
        return Start(after=after)
    begins = floor if after < floor else last
    why = "erased" if after < floor else "ahead"
    return Start(after=begins, snapshot=await _snapshot(caller, thread_id, begins, why))


async def _snapshot(caller: Caller, thread_id: str, seq: int, why: str) -> dict[str, JsonValue]:
    """Return what is known of a thread without the events up to `seq`."""
    thread, runs = await caller.thread(thread_id), await caller.runs(thread_id)
    return {
        "type": "snapshot",
        "thread_id": thread_id,
        "seq": seq,
        "reason": why,
        "message": _WHY[why],
        "title": thread.title,
        "created_at": thread.created_at,
        "runs": [
            {"run_id": run.run_id, "text": run.text, "status": run.status} for run in runs[::-1]
        ],
    }


_WHY = {
    "erased": "Events up to this seq are no longer kept; go on from here.",
    "ahead": "The thread has no event with the seq asked for; go on from here.",
}


def cursor_of(request: Request, after: int | None) -> int:
    """Return the cursor in a request: the header of a client that reconnects goes first."""
    if (header := request.headers.get("last-event-id")) is None:
        return after or 0
    if not header.isascii() or not header.isdigit() or len(header) > 18:
        raise Refusal(422, f"Last-Event-ID {header[:40]!r} is not a seq.", code="bad_cursor")
    return int(header)


def frame(event: str, data: str, *, id: str | int | None = None) -> bytes:
    """Return one server-sent event. The data has no line break."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


def frames(events: Iterable[Event]) -> bytes:
    """Return our own events as server-sent events."""
    return b"".join(frame(e.type, e.model_dump_json(), id=e.seq) for e in events)


def event_stream(
    caller: Caller, body: AsyncIterator[bytes], *, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return a response that streams events."""
    return StreamingResponse(
        _counted(caller, body),
        media_type="text/event-stream",
        headers={**STREAM_HEADERS, **(headers or {})},
    )


async def _counted(caller: Caller, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gauge = caller.service.metrics.streams
    gauge.inc()
    try:
        async for part in body:
            yield part
    except Refusal as refusal:
        told = {"code": refusal.code, "message": str(refusal)}
        yield frame("error", json.dumps(told))
    finally:
        gauge.dec()


async def thread_frames(caller: Caller, thread_id: str, start: Start) -> AsyncGenerator[bytes]:
    """Yield a thread's events without an end."""
    yield _opening(start)
    async with aclosing(caller.batches(thread_id, after=start.after)) as batches:
        async for batch in batches:
            yield frames(batch) if batch else HEARTBEAT


async def run_frames(
    caller: Caller, thread_id: str, run_id: str, start: Start
) -> AsyncGenerator[bytes]:
    """Yield a run's events up to its last; how to come back goes with the first."""
    opening = _opening(start)
    async with aclosing(run_batches(caller, thread_id, run_id, after=start.after)) as batches:
        async for batch in batches:
            yield opening + (frames(batch) if batch else HEARTBEAT)
            opening = b""


async def run_batches(
    caller: Caller, thread_id: str, run_id: str, *, after: int
) -> AsyncGenerator[Sequence[Event]]:
    """Yield a run's events in batches up to its last; an empty batch is a heartbeat."""
    async with aclosing(caller.batches(thread_id, after=after)) as batches:
        async for batch in batches:
            own = [event for event in batch if event.run_id == run_id]
            if own or not batch:
                yield own
            if own and own[-1].type in TERMINAL:
                return


def _opening(start: Start) -> bytes:
    if start.snapshot is None:
        return b"retry: 1000\n\n"
    return frame("snapshot", json.dumps(start.snapshot), id=start.after)
