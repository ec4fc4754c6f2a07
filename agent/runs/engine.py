"""The run engine: owns runs, one at a time per thread, from their question to their last event."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from surefoot.answer import Answer
from surefoot.errors import InputError, NotFound, StorageError, SurefootError
from surefoot.events import RunCancelled, RunQueued, RunStarted
from surefoot.graphs import Decision
from surefoot.limits import ThreadPolicy

from ..telemetry.redaction import redacted
from .attempts import MOST_ENDED, Attempts
from .job import Job, Lane, Work, outcome_of_a_run
from .log import EventLog, ThreadKey
from .mending import Mender
from .resuming import end_of, outcome_of, undecided
from .store import Run, RunStore

logger = logging.getLogger(__name__)

ROLLED_BACK = "rolled back: another message came in its place"
"""Why a run was stopped that is to count as never begun: its turn is not remembered."""


class ThreadBusy(InputError):
    """The caller did not want to wait for the thread's other runs."""


class RunEngine:
    """Runs belong to the engine, never to whoever asked.

    Without a store nothing is kept beyond the process. With one, `recover` takes up what an earlier
    process left behind, and so does this one with what it could not keep, on a full disk.
    """

    def __init__(
        self,
        *,
        log: EventLog,
        store: RunStore | None,
        work: Work,
        forget: Callable[[str], Awaitable[None]] | None = None,
        now: Callable[[], str],
        hide: Callable[[str], str] = redacted,
        mend_seconds: float = 1.0,
        most_ended: int = MOST_ENDED,
    ) -> None:
        """`forget` drops what only resuming needed; `hide` takes secrets out of errors."""
        self._log = log
        self._store = store
        self._attempts = Attempts(
            log=log,
            store=store,
            work=work,
            forget=forget,
            resolve=self._resolve,
            left=self._mend,
            now=now,
            hide=hide,
            most_ended=most_ended,
        )
        self._most_ended = most_ended
        self._lanes: dict[ThreadKey, Lane] = {}
        self._jobs: dict[str, Job] = {}
        self._messages: dict[tuple[ThreadKey, str], Run] = {}
        self._closing = False
        self._mender = Mender(log, leave=self._leave, go_on=self.recover, seconds=mend_seconds)
        log.when_broken(self._mend)

    async def start(self, run: Run, *, busy: ThreadPolicy = "enqueue") -> Job:
        """Take a run; return its job, or that of the run which the same message began before.

        Raises `ThreadBusy` when the thread is busy and `busy` is `reject`, and `StorageError` while
        some thread's events cannot be kept.
        """
        await self._log.open_thread(run.key)
        if (known := await self._known(run)) is not None:
            return known
        if self._closing:
            raise SurefootError("The assistant is closed.")
        if (trouble := self._log.trouble) is not None:
            raise trouble
        lane = self._lanes.setdefault(run.key, Lane())
        ahead = len(lane.waiting) + (lane.current is not None and not lane.current.is_over)
        if ahead and busy == "reject":
            raise ThreadBusy(
                f"Thread {run.scope.thread_id!r} is busy with another run. Wait for it, stop it, "
                "or send with the policy `enqueue` or `interrupt`."
            )
        job = self._register(run, resume=False)
        lane.waiting.append(job)
        kept = self._keep(job, begins=not ahead)
        if ahead and busy in ("interrupt", "rollback"):
            reason = ROLLED_BACK if busy == "rollback" else "another message came in"
            # Those in line first, so that none of them begins when the running one ends.
            for other in [*lane.waiting, lane.current]:
                if other is not None and other is not job and other.run.run_id in self._jobs:
                    await self.cancel(other.run.run_id, reason=reason)
        elif ahead:
            self._attempts.emitter(job)(
                RunQueued(
                    text=run.text, user=run.scope.user, message_id=run.message_id, ahead=ahead
                )
            )
        self._advance(run.key, lane)
        if kept is not None:
            await self._seen_kept(job, kept)
        return job

    async def _seen_kept(self, job: Job, kept: asyncio.Future[None]) -> None:
        """Wait until a run is kept. Raises `StorageError`, and then there is no such run."""
        try:
            await kept
        except StorageError as error:
            await self._drop(job, error)
            raise
        # Events before it that could not be kept have no places any more.
        job.first_seq = min(job.first_seq, self._log.last_seq(job.run.key))

    async def _drop(self, job: Job, error: StorageError) -> None:
        """Let go of a run without a word in the log."""
        lane = self._lanes.get(job.run.key)
        if lane is not None and job in lane.waiting:
            lane.waiting.remove(job)
        elif job.task is not None:
            job.task.cancel()
            await asyncio.wait([job.task])
        self._resolve(job, error)

    def _keep(self, job: Job, *, begins: bool) -> asyncio.Future[None] | None:
        """Keep a new run, one that begins at once with its first attempt counted.

        Its events are kept behind it, so it need not be waited for to begin.
        """
        if self._store is None:
            return None
        job.is_counted = begins
        run = replace(job.run, status="running", attempts=1) if begins else job.run
        return self._store.add(run)

    async def recover(self) -> int:
        """Take up the runs that nobody has in hand; return how many.

        An earlier process left them behind, or this one could not keep what they told.
        """
        if self._store is None:
            return 0
        found = [run for run in await self._store.unfinished() if run.run_id not in self._jobs]
        for run in found:
            await self._take_up(self._store, run)
        for key, lane in list(self._lanes.items()):
            self._advance(key, lane)
        return len(found)

    async def _take_up(self, store: RunStore, run: Run) -> None:
        await self._log.open_thread(run.key)
        events = await self._log.read(run.key, run_id=run.run_id)
        if (status := end_of(events)) is not None:
            await store.finish(run.run_id, status, at=events[-1].ts)
            return
        has_begun = any(isinstance(event, RunStarted) for event in events)
        job = self._register(run, resume=has_begun)
        job.first_seq = events[0].seq - 1 if events else job.first_seq
        job.desk.asked |= undecided(events)
        lane = self._lanes.setdefault(run.key, Lane())
        lane.waiting = deque(sorted([*lane.waiting, job], key=lambda job: job.run.created_at))

    def _mend(self) -> None:
        """Have what could not be kept taken up again."""
        if self._store is not None and not self._closing:
            self._mender.begin()

    async def _leave(self, key: ThreadKey) -> None:
        """End what goes on in a thread whose events cannot be kept; the store has the run."""
        lane, trouble = self._lanes.get(key), self._log.trouble
        if lane is not None and (job := lane.current) is not None and trouble is not None:
            await self._drop(job, trouble)

    async def cancel(self, run_id: str, *, reason: str = "it was stopped") -> None:
        """Stop a run that waits or runs; one that has ended stays as it is."""
        job = self._jobs.get(run_id)
        if job is None:
            if self._store is None or await self._store.find(run_id) is None:
                raise NotFound(f"There is no run {run_id!r}.")
            return
        if job.is_over:
            return
        if (trouble := self._log.trouble) is not None and job.run.key in self._log.broken:
            raise trouble
        job.why_cancelled = reason
        lane = self._lanes[job.run.key]
        if job in lane.waiting:
            lane.waiting.remove(job)
            await self._attempts.end(job, RunCancelled(reason=reason), "cancelled")
            self._resolve(job, SurefootError(f"The run was stopped before it began: {reason}."))
        elif job.task is not None:
            # A task that is cancelled before its first step would end without a word.
            await asyncio.sleep(0)
            job.task.cancel()
            await asyncio.wait([job.task])

    async def decide(self, run_id: str, call_id: str, decision: Decision) -> None:
        """Hand in a person's decision on a call that waits for one."""
        job = self._jobs.get(run_id)
        if job is None or call_id not in job.desk.asked:
            raise NotFound(f"Run {run_id!r} does not wait for a decision on call {call_id!r}.")
        if self._store is not None:
            await self._store.decide(run_id, call_id, decision)
        job.desk.decide(call_id, decision)

    def job(self, run_id: str) -> Job | None:
        """Return a run that has not ended."""
        return self._jobs.get(run_id)

    async def find(self, run_id: str) -> Run | None:
        """Return a run, also one that has ended, with how far it has come."""
        if self._store is not None:
            return await self._store.find(run_id)
        return self._current(run_id) or self._attempts.ended.get(run_id)

    async def of_thread(self, key: ThreadKey) -> list[Run]:
        """Return a thread's runs, newest first."""
        if self._store is not None:
            return await self._store.of_thread(key)
        known = {**self._attempts.ended, **{run_id: job.run for run_id, job in self._jobs.items()}}
        found = [self._current(run_id) or run for run_id, run in known.items() if run.key == key]
        return sorted(found, key=lambda run: (run.created_at, run.run_id), reverse=True)

    async def forget_thread(self, key: ThreadKey) -> None:
        """Stop a thread's runs and wait until they have."""
        while left := [job for job in self._jobs.values() if job.run.key == key]:
            for job in left:
                await self.cancel(job.run.run_id, reason="the thread was deleted")
                await asyncio.wait([job.result])
        self._messages = {m: run for m, run in self._messages.items() if m[0] != key}
        self._attempts.ended = {
            run_id: run for run_id, run in self._attempts.ended.items() if run.key != key
        }

    def _current(self, run_id: str) -> Run | None:
        if (job := self._jobs.get(run_id)) is None or job.is_over:
            return None
        return job.as_it_stands

    async def drain(self) -> None:
        """Wait until no run is left that could go on without a person."""
        while busy := [job.result for job in self._jobs.values() if self._can_go_on(job)]:
            await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED, timeout=0.2)

    def _can_go_on(self, job: Job) -> bool:
        """Return whether neither the run nor the one it is queued behind waits for a person."""
        lane = self._lanes.get(job.run.key)
        first = lane.current if lane is not None and lane.current is not None else job
        return not first.desk.open_calls and not job.desk.open_calls

    async def close(self) -> None:
        """Stop all runs. Those in a store stay unfinished and are taken up by the next process."""
        self._closing = True
        await self._mender.close()
        running = [lane.current for lane in self._lanes.values() if lane.current is not None]
        tasks = [job.task for job in running if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in list(self._jobs.values()):
            if self._store is not None and job in running:
                await _uncount(self._store, job.run)
            self._resolve(job, SurefootError("The assistant was closed before the run ended."))

    async def _known(self, run: Run) -> Job | None:
        """Return the job of the run that the same message began before."""
        if run.message_id is None:
            return None
        message = (run.key, run.message_id)
        if self._store is not None and message not in self._messages:
            if (kept := await self._store.of_message(*message)) is not None:
                self._messages.setdefault(message, kept)
        if (earlier := self._messages.get(message)) is None:
            return None
        return self._jobs.get(earlier.run_id) or await self._over(earlier)

    async def _over(self, run: Run) -> Job:
        """Return a job for a run that has ended, with its outcome read from the log."""
        events = await self._log.read(run.key, run_id=run.run_id)
        job = Job(run=run, resume=False, result=outcome_of_a_run())
        job.first_seq = events[0].seq - 1 if events else 0
        job.settle(outcome_of(events, run))
        return job

    def _register(self, run: Run, *, resume: bool) -> Job:
        job = Job(
            run=run,
            resume=resume,
            result=outcome_of_a_run(),
            first_seq=self._log.last_seq(run.key),
        )
        self._jobs[run.run_id] = job
        if run.message_id is not None:
            self._messages[(run.key, run.message_id)] = run
            if self._store is None and len(self._messages) > self._most_ended:
                del self._messages[next(iter(self._messages))]
        return job

    def _advance(self, key: ThreadKey, lane: Lane) -> None:
        """Begin the thread's next run, when none is running."""
        if lane.current is not None or self._closing or key in self._log.broken:
            return
        if not lane.waiting:
            self._lanes.pop(key, None)
            return
        job = lane.current = lane.waiting.popleft()
        job.task = asyncio.create_task(self._attempts.run(job), name=f"run {job.run.run_id}")

        def ended(_: asyncio.Task[None]) -> None:
            lane.current = None
            self._advance(key, lane)

        job.task.add_done_callback(ended)

    def _resolve(self, job: Job, outcome: Answer | SurefootError) -> None:
        self._jobs.pop(job.run.run_id, None)
        if self._store is not None and job.run.message_id is not None:
            self._messages.pop((job.run.key, job.run.message_id), None)
        job.settle(outcome)


async def _uncount(store: RunStore, run: Run) -> None:
    try:
        await store.uncount(run.run_id)
    except StorageError:
        logger.exception("the attempt at run %s is counted, though it did not fail", run.run_id)
