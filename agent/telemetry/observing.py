"""Observing: who is told of runs as they happen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from surefoot.answer import Answer
from surefoot.events import Event

from ..runs import Run

logger = logging.getLogger(__name__)

_FAILED = "an observer failed; the run goes on"


class Observation(Protocol):
    """Watches one run. What it raises is logged and does not reach the run."""

    def told(self, event: Event) -> None:
        """Take an event of the run; it is not yet stamped."""
        ...

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        """Take the end of the run, or of this attempt at it."""
        ...


class Observer(Protocol):
    """Watches runs."""

    def begins(self, run: Run) -> Observation:
        """Return what watches this run."""
        ...


class Unwatched:
    """Watches nothing: nobody collects what it would tell."""

    def told(self, event: Event) -> None:
        """Take an event of the run."""

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        """Take the end of the run."""


class Watch:
    """All observations of one run."""

    def __init__(self, observers: Sequence[Observer], run: Run) -> None:
        self._observations = [observer.begins(run) for observer in observers]

    def through(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return an `emit` that tells the observations too."""

        def told(event: Event) -> None:
            emit(event)
            for one in self._observations:
                try:
                    one.told(event)
                except Exception:
                    logger.exception(_FAILED)

        return told

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        """Tell the end of the run."""
        for one in self._observations:
            try:
                one.ended(answer, error)
            except Exception:
                logger.exception(_FAILED)
