"""Answering: who begins the runs that a command asks for, in this process or in another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from surefoot.events import ApprovalRequested, Event
from surefoot.graphs import Decision
from surefoot.messages import Image

from .asked import Question

Show = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A run that goes on."""

    run_id: str
    thread_id: str
    after: int
    """What has not been shown of it lies behind this `seq`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How far a run has come when nothing more comes from it by itself."""

    last: Event | None = None
    """The event that ended it; None when it waits for a person."""
    seq: int = 0
    """Every event up to here has been shown."""
    waiting: tuple[ApprovalRequested, ...] = ()
    """The calls that a person must decide on, oldest first; without any when it stands behind a run
    of its thread that has some."""
    cause: BaseException | None = None
    """What made it fail, where that is known."""


class Answering(Protocol):
    """Answers the questions of a command."""

    async def begin(self, question: Question, images: Sequence[Image] = ()) -> Begun:
        """Begin a run. Raises `InputError`."""
        ...

    async def attend(self, run: Begun, show: Show) -> Ending:
        """Show a run's events. When cancelled, stop the run and show its end too."""
        ...

    async def decide(self, run_id: str, call_id: str, decision: Decision) -> Begun:
        """Decide on a call that waits; return the run with how far it had come. Raises
        `NotFound`."""
        ...

    async def left(self) -> int:
        """Return how many runs an ended process has left that go on here."""
        ...

    async def close(self, *, finish: bool) -> None:
        """Let go of everything, with `finish` when no run is left that goes on without a person."""
        ...
