"""Judging: ask checks about a subject, within their time, so that none stops or fools a run."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

from surefoot.verdicts import Verdict

from .check import Check, as_check
from .subjects import Subject

logger = logging.getLogger(__name__)

S = TypeVar("S", bound=Subject)
_CHANCES = 2
"""How often a check may take too long before it is left out."""


class Timekeeper:
    """Measures what checks take in one run; one that took too long twice is not asked again in it.

    It counts the computing time of this thread, so that a busy machine is no check's fault. Once
    is forgiven, since the time of a garbage collection counts too. A check is not interrupted:
    what it found, though late, counts.
    """

    def __init__(
        self,
        ticks: Callable[[], float] = time.thread_time,
        watch: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`ticks` tells the computing time; `watch` is quicker to read, and never behind it."""
        self.ticks = ticks
        self.watch = watch
        self._overran: dict[str, int] = {}

    def has_time(self, check: Check[S], *, running_late: bool) -> bool:
        """Return whether a check is asked; once another ran late, costly ones are not."""
        return not (self.is_used_up(check) or (running_late and check.is_costly))

    def is_used_up(self, check: Check[S]) -> bool:
        """Return whether a check has taken too long more often than is forgiven."""
        return bool(self._overran) and self._overran.get(check.name, 0) >= _CHANCES

    def took(self, check: Check[S], seconds: float) -> bool:
        """Note how long a check took, and return whether that was too long."""
        if seconds <= check.seconds:
            return False
        self._overran[check.name] = self._overran.get(check.name, 0) + 1
        logger.warning(
            "check %r took %.0f ms where %.0f are allowed%s",
            check.name,
            seconds * 1000,
            check.seconds * 1000,
            "" if self._overran[check.name] < _CHANCES else "; it is not asked again in this run",
        )
        return True


def judge(
    checks: Iterable[Callable[[S], Verdict | None]],
    subject: S,
    timekeeper: Timekeeper | None = None,
) -> list[Verdict]:
    """Ask every check about `subject`. One that cannot run, or has no time, says so."""
    keeper = timekeeper or Timekeeper()
    verdicts: list[Verdict] = []
    running_late = False
    computed, began = keeper.ticks(), keeper.watch()
    last = began
    for check in map(as_check, checks):
        if keeper.has_time(check, running_late=running_late):
            verdict = _look(check, subject)
            now = keeper.watch()
            if (seconds := now - last) > check.seconds:
                # What was computed before this check took no longer than the watch says.
                seconds = keeper.ticks() - computed - (last - began)
            running_late |= keeper.took(check, seconds) and keeper.is_used_up(check)
            last = now
        else:
            verdict = subject.not_checked(
                "out_of_time",
                f"There was no time for the check {check.name!r}: what it looks at is too large.",
            )
        if verdict is not None:
            verdicts.append(named(verdict, check.name))
    return verdicts


def named(verdict: Verdict, check: str) -> Verdict:
    """Return a verdict with the name of its check."""
    return verdict if verdict.check else verdict.model_copy(update={"check": check})


def _look(check: Check[S], subject: S) -> Verdict | None:
    try:
        return check(subject)
    except Exception as error:
        return crashed(subject, check.name, error)


def crashed(subject: Subject, name: str, error: Exception) -> Verdict:
    """Log where a check broke, without the error's words, which may quote what is withheld."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("check %r could not run: %s\n%s", name, type(error).__name__, where)
    return subject.not_checked(
        "check_crashed", f"The check {name!r} could not run; its log has the traceback."
    ).model_copy(update={"check": name})
