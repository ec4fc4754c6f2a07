"""A job: one run in the hands of the engine, and its place among those of its thread."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from surefoot.answer import Answer
from surefoot.errors import SurefootError
from surefoot.events import Event
from surefoot.graphs import Desk

from .store import Run

T = TypeVar("T")
Emit = Callable[[Event], None]


@dataclass(slots=True, kw_only=True)
class Job:
    """A run in the hands of the engine."""

    run: Run
    resume: bool
    first_seq: int = 0
    """Events of the run lie behind this `seq`."""
    desk: Desk = field(default_factory=Desk)
    result: asyncio.Future[Answer]
    task: asyncio.Task[None] | None = None
    why_cancelled: str | None = None
    """Set when somebody asked for the run to be stopped."""
    is_counted: bool = False
    """True when the store knows of the attempt that is about to begin."""
    is_over: bool = False
    """True from its last event on, when its thread is free for the next run."""

    @property
    def as_it_stands(self) -> Run:
        """The run with how far it has come."""
        return replace(self.run, status="waiting") if self.desk.open_calls else self.run

    def settle(self, outcome: Answer | SurefootError) -> None:
        """Tell those who wait for the run how it ended, once."""
        if self.result.done():
            return
        if isinstance(outcome, Answer):
            self.result.set_result(outcome)
        else:
            self.result.set_exception(outcome)


Work = Callable[[Job, Emit], Awaitable[Answer]]
"""Takes a job to its answer; when cancelled, returns what it has as an answer marked so."""


@dataclass(slots=True)
class Lane:
    """One thread's runs, in order."""

    waiting: deque[Job] = field(default_factory=deque[Job])
    current: Job | None = None


def outcome_of_a_run() -> asyncio.Future[Answer]:
    """Return a future for a run's outcome, which nobody has to wait for."""
    result: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    result.add_done_callback(seen)
    return result


def seen(result: asyncio.Future[T]) -> None:
    """Mark an outcome as seen."""
    if not result.cancelled():
        result.exception()
