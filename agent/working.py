"""Working: one job of the engine, from its context to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from surefoot.answer import Answer
from surefoot.errors import SurefootError
from surefoot.events import AnswerCompleted, AnswerRetracted
from surefoot.graphs import (
    Budget,
    CallLedger,
    Checks,
    Desk,
    Durability,
    EvidenceLedger,
    Machine,
    RunContext,
    Timekeeper,
    drive,
)
from surefoot.limits import Limits, OwnKnowledge
from surefoot.memory import Memory
from surefoot.model import ChatModel
from surefoot.tools import DEFAULT_POLICY, Policy, Tool, Toolbox
from surefoot.turns import Turn

from .clock import Clock
from .home import Home
from .prompts import Prompt
from .runs import ROLLED_BACK, Emit, Job, Told, told

logger = logging.getLogger(__name__)

DURABILITY: Durability = "sync"
"""A plan is kept before its first call is made. Were it kept meanwhile, a crash could leave calls
in the ledger whose plan is gone, and a new plan's steps would be given their results."""

STOPPED = "(This answer was stopped before its end.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What a run gets to work with."""

    model: ChatModel
    toolbox: Toolbox
    memory: Memory | None
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Takes jobs to their answers: builds each one's context and drives the machine."""

    home: Home
    machine: Machine
    clock: Clock
    limits: Limits
    checks: Checks
    own_knowledge: OwnKnowledge = "withhold"
    taint: Policy = DEFAULT_POLICY
    """What is asked or refused by where a call's arguments come from."""
    timekeeper: Callable[[], Timekeeper] = Timekeeper
    """Makes what measures the checks of one run."""
    ledger: Callable[[CallLedger | None], CallLedger | None] = lambda inner: inner
    """What stands before the call ledger, when something does."""
    desk: Callable[[Desk], Desk] | None = None
    """What stands between the run and the person who decides, when something does."""
    record: Callable[[Worker, Job, Emit, Equipment], Awaitable[Answer]] | None = None
    """Does the work in this one's place and takes it down; None when nothing is recorded."""

    async def work(self, job: Job, emit: Emit, equipment: Equipment) -> Answer:
        """Drive the job; one that was stopped gives what it had, marked."""
        if self.record is not None:
            return await self.record(replace(self, record=None), job, emit, equipment)
        context = await self._context(job, emit, equipment)
        if job.resume and (done := await self._take_up(job, context)) is not None:
            return done
        try:
            return await drive(
                self.machine,
                context,
                job.run.text,
                desk=job.desk if self.desk is None else self.desk(job.desk),
                durability=DURABILITY,
                resume=job.resume,
                on_wait=lambda waits: self._waits(job, waits),
            )
        except asyncio.CancelledError:
            if job.why_cancelled is None:
                raise
            return context.answer or await self._stopped(job, context)

    async def _context(self, job: Job, emit: Emit, equipment: Equipment) -> RunContext:
        run, store = job.run, self.home.store
        numbered = await self.home.log.open_thread(run.key)
        return RunContext(
            run_id=run.run_id,
            scope=run.scope,
            model=equipment.model,
            toolbox=equipment.toolbox,
            instructions=equipment.prompt.text,
            prompt_version=equipment.prompt.version,
            budget=Budget(self.limits, monotonic=self.clock.ticks),
            ledger=EvidenceLedger(numbered=numbered, now=self.clock.now),
            emit=emit,
            now=self.clock.now,
            ticks=self.clock.ticks,
            checks=self.checks,
            timekeeper=self.timekeeper(),
            taint=self.taint,
            policy=run.policy,
            own_knowledge=self.own_knowledge,
            images=run.images,
            memory=equipment.memory,
            checkpointed=self.home.checkpoints is not None,
            calls=self.ledger(store),
            has_acted=job.resume,
        )

    async def _take_up(self, job: Job, context: RunContext) -> Answer | None:
        """Bring the context to where an earlier attempt left off; return its answer if it had one.

        Sentences that had left are withdrawn, because the answer is told again from its start.
        """
        run, store = job.run, self.home.store
        past = told(await self.home.log.read(run.key, run_id=run.run_id))
        numbered = context.ledger.last_number
        context.ledger = EvidenceLedger(numbered=numbered, now=self.clock.now, found=past.evidence)
        context.announced |= past.announced
        context.verdicts.extend(past.verdicts)
        context.sentences = max((index + 1 for index in past.shown), default=0)
        if store is not None:
            context.known_calls |= await store.load(run.run_id)
            for call_id, decision in (await store.decisions(run.run_id)).items():
                job.desk.decide(call_id, decision)
        context.known_calls |= past.failed_calls
        _restore_values(context)
        if past.completed is not None:
            return await self._already(job, context, past, past.completed)
        for index in past.shown:
            context.emit(AnswerRetracted(sentence=index))
        return None

    async def _already(
        self, job: Job, context: RunContext, past: Told, done: AnswerCompleted
    ) -> Answer:
        """Finish a run whose answer was told in full before its process ended."""
        await _keep(context, job.run.text, done.text)
        return past.answer(done, job.run)

    async def _stopped(self, job: Job, context: RunContext) -> Answer:
        """Keep what a stopped run had said, so that the thread can go on from it."""
        partial = "".join(context.released).strip()
        text = f"{partial} {STOPPED}".strip()
        if job.why_cancelled != ROLLED_BACK:
            await _keep(context, job.run.text, text)
        return Answer(
            text=text,
            evidence=context.ledger.all(),
            verdicts=tuple(context.verdicts),
            usage=context.budget.used(),
            run_id=job.run.run_id,
            thread_id=job.run.scope.thread_id,
            reason="cancelled",
        )

    async def _waits(self, job: Job, waits: bool) -> None:
        if self.home.store is not None:
            await self.home.store.set_status(
                job.run.run_id,
                "waiting" if waits else "running",
                attempt=0 if waits else job.run.attempts,
            )


async def _keep(context: RunContext, question: str, answer: str) -> None:
    if context.memory is None:
        return
    turn = Turn(run_id=context.run_id, question=question, answer=answer, created_at=context.now())
    try:
        await context.memory.keep(turn, context.scope)
    except (SurefootError, OSError):
        logger.exception("the turn of run %s could not be kept", context.run_id)


def _restore_values(context: RunContext) -> None:
    """Make the results of finished calls available to references again."""
    for call_id, record in context.known_calls.items():
        if record.output is not None:
            context.values[call_id.rpartition(".")[2]] = record.output.value


def has_side_effects(tools: Sequence[Tool]) -> bool:
    """Return whether some call may have to wait for approval."""
    return any(tool.asks != "never" for tool in tools)
