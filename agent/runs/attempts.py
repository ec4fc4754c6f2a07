"""Attempts: take a run from its first event to its last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from surefoot.answer import Answer
from surefoot.errors import SurefootError
from surefoot.events import (
    ApprovalRequested,
    Event,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunResumed,
    RunStarted,
    StepFailed,
)

from .job import Emit, Job, Work, seen
from .log import EventLog
from .store import Run, RunStore, Status

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""A run that has been begun this often and never ended is given up."""


MOST_ENDED = 10_000
"""Runs that have ended which are known where there is no store; the oldest are forgotten."""


class Attempts:
    """Runs jobs to their last event, whatever becomes of them on the way."""

    def __init__(
        self,
        *,
        log: EventLog,
        store: RunStore | None,
        work: Work,
        forget: Callable[[str], Awaitable[None]] | None,
        resolve: Callable[[Job, Answer | SurefootError], None],
        left: Callable[[], None],
        now: Callable[[], str],
        hide: Callable[[str], str],
        most_ended: int = MOST_ENDED,
    ) -> None:
        """`resolve` is told each job's outcome behind its last event, `left` that the end of one
        could not be kept."""
        self._log = log
        self._store = store
        self._work = work
        self._forget = forget
        self._resolve = resolve
        self._left = left
        self._now = now
        self._hide = hide
        self._most_ended = most_ended
        self.ended: dict[str, Run] = {}
        """What a store would know; kept only where there is none."""

    async def run(self, job: Job) -> None:
        """Run one job to its last event."""
        emit = self.emitter(job)
        try:
            run = self._count(job)
            emit(RunResumed(attempt=run.attempts) if job.resume else _started(run))
            answer = await self._work(job, emit)
            await self._finish(job, answer)
        except asyncio.CancelledError:
            if job.why_cancelled is None:
                raise
            await self._end_anyway(job, RunCancelled(reason=job.why_cancelled), "cancelled")
            self._resolve(job, SurefootError(f"The run was stopped: {job.why_cancelled}."))
        except SurefootError as error:
            await self._fail(job, error, code=type(error).__name__)
        except Exception as error:
            logger.exception("run %s failed", job.run.run_id)
            told = f"An internal error ended the run ({type(error).__name__}); see the log."
            await self._fail(job, SurefootError(told), code="internal")

    def _count(self, job: Job) -> Run:
        """Count an attempt at the run. Raises when there were too many."""
        run, attempt = job.run, job.run.attempts + 1
        if attempt > MAX_ATTEMPTS:
            told = f"The run was begun {run.attempts} times and never ended; it is given up."
            raise SurefootError(told)
        if self._store is not None and not job.is_counted:
            noted = self._store.set_status(run.run_id, "running", attempt=attempt)
            noted.add_done_callback(seen)
        job.run = replace(run, attempts=attempt, status="running")
        return job.run

    async def _finish(self, job: Job, answer: Answer) -> None:
        if answer.reason == "cancelled":
            await self.end(job, RunCancelled(reason=job.why_cancelled or ""), "cancelled")
        else:
            await self.end(job, RunCompleted(reason=answer.reason, usage=answer.usage), "completed")
        self._resolve(job, answer)

    async def _fail(self, job: Job, error: SurefootError, *, code: str) -> None:
        await self._end_anyway(job, RunFailed(error=str(error), code=code), "failed")
        self._resolve(job, error)

    async def _end_anyway(self, job: Job, event: RunFailed | RunCancelled, status: Status) -> None:
        """Tell a run's last event, if it has none; one that cannot be kept is told to the log."""
        try:
            if not job.is_over:
                await self.end(job, event, status)
                return
        except SurefootError:
            logger.exception("the end of run %s could not be kept", job.run.run_id)
        self._left()

    async def end(
        self, job: Job, event: RunCompleted | RunFailed | RunCancelled, status: Status
    ) -> None:
        """Tell a run's last event and note its end."""
        self.emitter(job)(event)
        job.is_over = True
        if self._store is not None:
            await self._store.finish(job.run.run_id, status, at=self._now())
        else:
            self.ended[job.run.run_id] = replace(job.run, status=status)
            if len(self.ended) > self._most_ended:
                del self.ended[next(iter(self.ended))]
        if self._forget is not None:
            await self._forget(job.run.run_id)

    def emitter(self, job: Job) -> Emit:
        """Return what tells a run's events."""
        key, run_id, log = job.run.key, job.run.run_id, self._log

        def emit(event: Event) -> None:
            if isinstance(event, ApprovalRequested):
                job.desk.asked.add(event.call_id)
            if isinstance(event, RunFailed | StepFailed):
                event = event.model_copy(update={"error": self._hide(event.error)})
            log.append(event, key, run_id)

        return emit


def _started(run: Run) -> RunStarted:
    return RunStarted(
        text=run.text,
        user=run.scope.user,
        message_id=run.message_id,
        images=tuple(image.media_type for image in run.images),
        policy=run.policy,
    )
