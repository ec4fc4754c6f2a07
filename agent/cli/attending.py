"""Attending: be with a run until it ends, or until it can go on only with a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from surefoot.events import TERMINAL, ApprovalRequested, Event

from ..assistant import Assistant
from ..runs import Job, Run, ThreadKey

_PAUSE_SECONDS = 0.05

Show = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How far a run has come when nothing more comes from it by itself."""

    last: Event | None = None
    """The event that ended it; None when it waits for a person."""
    seq: int = 0
    """Every event up to here has been shown."""


async def attend(assistant: Assistant, job: Job, show: Show, *, after: int) -> Ending:
    """Show a run's events behind `after`. When cancelled, stop the run and show its end too."""
    place = _Place(after)
    try:
        return await _listen(assistant, job, show, place)
    except asyncio.CancelledError:
        await assistant.cancel(job.run.run_id)
        for event in await assistant.events(job.run.scope.thread_id, after=place.seq):
            if event.run_id == job.run.run_id:
                show(event)
        raise


async def rest_of(assistant: Assistant) -> None:
    """Wait until no run is left that can go on without a person."""
    while moving := await _moving(assistant):
        results = [job.result for job in moving.values()]
        await asyncio.wait(results, timeout=_PAUSE_SECONDS)


async def left_runs(assistant: Assistant) -> int:
    """Return how many runs have not ended and do not wait for a person."""
    jobs = [assistant.job(run.run_id) for run in await _unfinished(assistant)]
    return sum(job is not None and not job.desk.asked for job in jobs)


async def waiting_calls(assistant: Assistant, job: Job) -> list[ApprovalRequested]:
    """Return the requests that the run waits for, oldest first."""
    return [
        event
        for event in await assistant.events(job.run.scope.thread_id)
        if isinstance(event, ApprovalRequested) and event.call_id in job.desk.open_calls
    ]


@dataclass(slots=True)
class _Place:
    """How far the events of a thread have been read."""

    seq: int


async def _listen(assistant: Assistant, job: Job, show: Show, place: _Place) -> Ending:
    events = assistant.follow(job.run.scope.thread_id, after=place.seq)
    stalled = asyncio.ensure_future(_stalls(assistant, job))
    waited: list[asyncio.Future[Event] | asyncio.Future[None]] = [stalled]
    try:
        while True:
            coming = asyncio.ensure_future(anext(events))
            waited = [stalled, coming]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() and place.seq >= assistant.home.log.last_seq(job.run.key):
                return Ending(seq=place.seq)
            event = await coming
            place.seq = event.seq
            if event.run_id == job.run.run_id:
                show(event)
                if event.type in TERMINAL:
                    return Ending(last=event, seq=event.seq)
    finally:
        for one in waited:
            one.cancel()
        await asyncio.gather(*waited, return_exceptions=True)


async def _stalls(assistant: Assistant, job: Job) -> None:
    """Return when the run waits for a person, or for a run of its thread that does."""
    while not job.desk.open_calls:
        if job.result.done():
            await asyncio.Event().wait()  # Its last event comes.
        if job.task is None and job.run.run_id not in await _moving(assistant):
            return
        await asyncio.sleep(_PAUSE_SECONDS)


async def _moving(assistant: Assistant) -> dict[str, Job]:
    """Return the runs that can go on without a person: neither they nor one before them waits."""
    moving: dict[str, Job] = {}
    held: set[ThreadKey] = set()
    for run in await _unfinished(assistant):
        if run.key in held or (job := assistant.job(run.run_id)) is None:
            continue
        if job.desk.open_calls:
            held.add(run.key)
        else:
            moving[run.run_id] = job
    return moving


async def _unfinished(assistant: Assistant) -> list[Run]:
    """Return the runs that have not ended, oldest first."""
    store = assistant.home.store
    return await store.unfinished() if store is not None else []
