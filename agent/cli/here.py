"""Here: runs in this process, attended until they end or can go on only with a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.errors import NotFound
from surefoot.events import TERMINAL, ApprovalRequested, Event, RunFailed
from surefoot.graphs import Decision
from surefoot.messages import Image

from ..assistant import Assistant
from ..runs import Job, Run, ThreadKey
from .answering import Begun, Ending, Show
from .asked import Question

_PAUSE_SECONDS = 0.05


class Here:
    """Answers with an open assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._jobs: dict[str, Job] = {}

    async def begin(self, question: Question, images: Sequence[Image] = ()) -> Begun:
        """Begin a run. Raises `InputError`."""
        job = await self._assistant.start(
            question.text,
            thread=question.thread,
            user=question.user,
            message_id=question.id,
            images=images,
        )
        return self._begun(job, after=job.first_seq)

    async def attend(self, run: Begun, show: Show) -> Ending:
        """Show a run's events. When cancelled, stop the run and show its end too."""
        job, place = self._jobs[run.run_id], _Place(run.after)
        try:
            last = await _listen(self._assistant, job, show, place)
        except asyncio.CancelledError:
            await self._assistant.cancel(run.run_id)
            for event in await self._assistant.events(run.thread_id, after=place.seq):
                if event.run_id == run.run_id:
                    show(event)
            raise
        return Ending(
            last=last,
            seq=place.seq,
            waiting=() if last is not None else await self._waiting(job),
            cause=_cause(job) if isinstance(last, RunFailed) else None,
        )

    async def decide(self, run_id: str, call_id: str, decision: Decision) -> Begun:
        """Decide on a call that waits; return the run with how far it had come."""
        if (job := self._jobs.get(run_id) or self._assistant.job(run_id)) is None:
            raise NotFound(f"Run {run_id!r} waits for nothing; see `surefoot trace list`.")
        run = self._begun(job, after=self._assistant.home.log.last_seq(job.run.key))
        await self._assistant.approve(
            run_id, call_id, decision.decision, args=decision.args, reason=decision.reason
        )
        return run

    async def left(self) -> int:
        """Return how many runs have not ended and do not wait for a person."""
        jobs = [self._assistant.job(run.run_id) for run in await _unfinished(self._assistant)]
        return sum(job is not None and not job.desk.asked for job in jobs)

    async def close(self, *, finish: bool) -> None:
        """Close the assistant, with `finish` when no run goes on without a person."""
        try:
            while finish and (moving := await _moving(self._assistant)):
                results = [job.result for job in moving.values()]
                await asyncio.wait(results, timeout=_PAUSE_SECONDS)
        finally:
            await self._assistant.close()

    def _begun(self, job: Job, *, after: int) -> Begun:
        self._jobs[job.run.run_id] = job
        return Begun(run_id=job.run.run_id, thread_id=job.run.scope.thread_id, after=after)

    async def _waiting(self, job: Job) -> tuple[ApprovalRequested, ...]:
        """Return the requests that the run waits for, oldest first."""
        return tuple(
            event
            for event in await self._assistant.events(job.run.scope.thread_id)
            if isinstance(event, ApprovalRequested) and event.call_id in job.desk.open_calls
        )


def _cause(job: Job) -> BaseException | None:
    return job.result.exception() if job.result.done() else None


@dataclass(slots=True)
class _Place:
    """How far the events of a thread have been read."""

    seq: int


async def _listen(assistant: Assistant, job: Job, show: Show, place: _Place) -> Event | None:
    """Show events as they come; return the last, or None when no more come by themselves."""
    events = assistant.follow(job.run.scope.thread_id, after=place.seq)
    stalled = asyncio.ensure_future(_stalls(assistant, job))
    waited: list[asyncio.Future[Event] | asyncio.Future[None]] = [stalled]
    try:
        while True:
            coming = asyncio.ensure_future(anext(events))
            waited = [stalled, coming]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() and place.seq >= assistant.home.log.last_seq(job.run.key):
                return None
            event = await coming
            place.seq = event.seq
            if event.run_id == job.run.run_id:
                show(event)
                if event.type in TERMINAL:
                    return event
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
