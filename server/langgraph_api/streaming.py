"""Streaming: a run's events as LangGraph's clients hear them, from any part on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from surefoot.agent import Run
from surefoot.errors import NotFound
from surefoot.events import TERMINAL, ApprovalRequested, Event, RunFailed

from ..problems import Refusal
from ..service import Caller
from ..streams import HEARTBEAT, frame, run_batches
from .folding import Folding, Json
from .shapes import fold

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


def modes_of(given: str | list[str]) -> Modes:
    return frozenset([given] if isinstance(given, str) else given)


def cursor_of(header: str | None, first: int) -> Cursor:
    """Return the cursor in `Last-Event-ID`; `-1` means from the start."""
    if header is None or header == "-1":
        return (first, -1)
    seq, _, part = header.partition("-")
    if not (seq + part).isascii() or not seq.isdigit() or not part.isdigit() or len(header) > 30:
        raise Refusal(422, f"Last-Event-ID {header[:40]!r} is not ours.", code="bad_cursor")
    return (int(seq), int(part))


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


async def ending(caller: Caller, begun: Begun) -> Json:
    folding = await _before(caller, begun)
    async with aclosing(_heard(caller, begun, folding)) as events:
        async for event in events:
            if event is None:
                continue
            folding.hear(event)
            if isinstance(event, RunFailed):
                return {"__error__": {"error": event.code, "message": event.error}}
    return folding.values()


async def run_frames(
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


async def thread_frames(caller: Caller, thread_id: str, cursor: Cursor) -> AsyncIterator[bytes]:
    folding, modes = Folding(), modes_of(["values", "messages-tuple", "updates", "custom"])
    async with aclosing(caller.batches(thread_id, after=0)) as batches:
        async for batch in batches:
            if not batch:
                yield HEARTBEAT
            for event in batch:
                if data := b"".join(_parts(folding, event, modes, cursor)):
                    yield data


async def or_cancel(
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


async def then_delete(
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
