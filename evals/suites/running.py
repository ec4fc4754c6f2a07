"""Running: ask an assistant the questions of a suite, and keep a trace and grades of each run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from surefoot.agent import Assistant
from surefoot.events import TERMINAL, ApprovalRequested, Event

from ..results.grading import graded
from ..results.store import ResultStore
from ..traces.formats.ours import trace_of
from ..traces.trace import Trace
from .dataset import Item, Suite

Progress = Callable[[int, int, str], None]
"""Told of every finished run: how many are done, how many there are, and which it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """How a suite is run."""

    concurrency: int = 4
    repeats: int | None = None
    """None takes the suite's own."""
    retry_errors: bool = False
    """Run again what ended without an answer, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    item: Item
    repeat: int
    attempt: int

    @property
    def name(self) -> str:
        """The same for the same task, so that a restart takes up its run instead of another."""
        again = f".{self.attempt}" if self.attempt else ""
        return f"eval.{self.item.hash[:16]}.{self.repeat}{again}"


async def run_suite(
    suite: Suite,
    assistant: Assistant,
    store: ResultStore,
    *,
    plan: RunPlan | None = None,
    progress: Progress | None = None,
) -> int:
    """Run what the store does not have yet; return how many runs were made.

    A run is kept as soon as it ends: whoever is stopped here goes on where it was.
    """
    plan = plan or RunPlan()
    repeats = plan.repeats or suite.repeats
    tasks = _missing(suite, store, repeats, plan)
    total = len(suite.items) * repeats
    done = total - len(tasks)
    gate = asyncio.Semaphore(plan.concurrency)

    async def one(task: _Task) -> None:
        nonlocal done
        async with gate:
            trace = await _asked(assistant, task)
        store.keep(trace)
        for result in graded(trace, task.item.reference, suite.graders, known=store.keys()):
            store.add(result)
        done += 1
        if progress is not None:
            progress(done, total, task.item.id)

    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(one(task))
    _grade_rest(suite, store)
    return len(tasks)


def _missing(suite: Suite, store: ResultStore, repeats: int, plan: RunPlan) -> Sequence[_Task]:
    have = {(trace.item, trace.repeat): trace for trace in store.traces()}
    tasks: list[_Task] = []
    for item in suite.items:
        for repeat in range(repeats):
            known = have.get((item.id, repeat))
            if known is None or known.item_hash != item.hash:
                tasks.append(_Task(item=item, repeat=repeat, attempt=0))
            elif plan.retry_errors and known.status in ("failed", "unknown"):
                attempt = known.labels.get("attempt", 0)
                again = attempt + 1 if isinstance(attempt, int) else 1
                tasks.append(_Task(item=item, repeat=repeat, attempt=again))
    return tasks


def _grade_rest(suite: Suite, store: ResultStore) -> None:
    """Grade the kept traces that a grader has not seen, such as after a grader was added."""
    items = {item.id: item for item in suite.items}
    for trace in store.traces():
        if (item := items.get(trace.item)) is not None and trace.item_hash == item.hash:
            for result in graded(trace, item.reference, suite.graders, known=store.keys()):
                store.add(result)


async def _asked(assistant: Assistant, task: _Task) -> Trace:
    """Ask one question in a thread of its own, and read the run's events into a trace."""
    item = task.item
    job = await assistant.start(item.question, thread=task.name, message_id=task.name)
    events: list[Event] = []
    async with aclosing(
        _events_of(assistant, task.name, job.run.run_id, after=job.first_seq)
    ) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, ApprovalRequested) and assistant.job(event.run_id) is not None:
                await assistant.approve(event.run_id, event.call_id, item.approve)
    trace = trace_of(events)
    return replace(
        trace,
        item=item.id,
        item_hash=item.hash,
        repeat=task.repeat,
        clusters=item.clusters,
        labels={"attempt": task.attempt} if task.attempt else {},
    )


async def _events_of(
    assistant: Assistant, thread: str, run_id: str, *, after: int
) -> AsyncGenerator[Event]:
    async with aclosing(assistant.home.log.follow(assistant.key(thread), after=after)) as stream:
        async for event in stream:
            if event.run_id == run_id:
                yield event
                if event.type in TERMINAL:
                    return
