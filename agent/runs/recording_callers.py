"""Callers: whose code reads the clock or asks the model, and the clock whose readings go by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from surefoot.events import Event, StepStarted

from ..clock import Clock
from .recording import Entry, Tape


class Callers:
    """Tells whose code reads the clock or asks the model: a tool's, a review's, or the run's.

    What runs side by side does so in no fixed order, so each has readings of its own.
    """

    def __init__(self) -> None:
        self._calls: WeakKeyDictionary[asyncio.Task[object], str] = WeakKeyDictionary()
        self._reviews: WeakKeyDictionary[asyncio.Task[object], str] = WeakKeyDictionary()

    def emitting(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return `emit`, noting which task begins which call."""

        def told(event: Event) -> None:
            if isinstance(event, StepStarted) and (task := asyncio.current_task()) is not None:
                self._calls[task] = event.step_id
            emit(event)

        return told

    def reviewing(self, name: str, claim_id: str) -> str:
        """Note that this task is a review of a claim from now on; return what it is called."""
        task = asyncio.current_task()
        assert task is not None, "a review runs in a task"
        self._reviews[task] = f"{name} {claim_id}"
        return self._reviews[task]

    def review(self) -> str:
        """Return the review that this task is, or nothing."""
        return self._of(self._reviews)

    def current(self) -> str:
        """Return the step or the review whose code reads, or nothing for the run itself."""
        return self._of(self._calls) or self._of(self._reviews)

    def _of(self, named: WeakKeyDictionary[asyncio.Task[object], str]) -> str:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return ""
        return "" if task is None else named.get(task, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClock(Clock):
    """A clock whose readings are taken down."""

    inner: Clock
    tape: Tape
    callers: Callers

    def now(self) -> str:
        """Return the time as RFC 3339 in UTC."""
        time = self.inner.now()
        self.tape.note(Entry(boundary="now", back=time))
        return time

    def ticks(self) -> float:
        """Return seconds since some beginning."""
        seconds = self.inner.ticks()
        self.tape.note(Entry(boundary="ticks", name=self.callers.current(), back=seconds))
        return seconds

    def new_id(self) -> str:
        """Return an id that nobody has used."""
        return self.inner.new_id()
