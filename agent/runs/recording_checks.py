"""Recorded checks: which checks a run had, and what those say that are not Surefoot's own."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

from pydantic import JsonValue

from surefoot.graphs import (
    DEFAULT_CHECKS,
    AskModel,
    CallSubject,
    Check,
    Checks,
    Claim,
    MemorySubject,
    PlanSubject,
    Review,
    Subject,
    Timekeeper,
)
from surefoot.verdicts import Verdict

from .recording import Entry, Tape, failed
from .recording_callers import Callers

S = TypeVar("S", bound=Subject)

STAGES = ("plan", "call", "result", "answer", "memory")


def described(checks: Checks) -> dict[str, JsonValue]:
    """Return the checks by stage: the names of Surefoot's own, and more about all others."""
    told: dict[str, JsonValue] = {"surefoot": _own_version()}
    for stage in STAGES:
        own = set(known(stage))
        told[stage] = [
            one.name if one in own else _described(one.name, one.seconds, one.look)
            for one in getattr(checks, stage)
        ]
    told["reviews"] = [_described(one.name, one.seconds, type(one)) for one in checks.reviews]
    told["required"] = list(checks.required)
    return told


def _described(name: str, seconds: float, made: Callable[..., object]) -> JsonValue:
    return {"name": name, "seconds": seconds, "version": source_version(made)}


def known(stage: str) -> tuple[Check[Subject], ...]:
    """Return the checks of a stage that every Surefoot has."""
    found: tuple[Check[Subject], ...] = getattr(DEFAULT_CHECKS, stage)
    return found


@lru_cache(maxsize=1_000)
def source_version(made: Callable[..., object]) -> str:
    """Return what tells the source of a check from another; nothing where it cannot be read."""
    look = made if inspect.isroutine(made) or inspect.isclass(made) else type(made)
    try:
        return sha256(inspect.getsource(look).encode()).hexdigest()[:8]
    except (OSError, TypeError):
        return ""


@lru_cache(maxsize=1)
def _own_version() -> str:
    try:
        return version("surefoot")
    except PackageNotFoundError:
        return ""


def plain_subject(subject: Subject) -> dict[str, JsonValue]:
    """Return what tells a subject from the others of its run and stage."""
    match subject:
        case Claim(id=claim_id, text=text):
            return {"claim": claim_id, "text": text}
        case PlanSubject(plan=plan):
            return {"plan": plan.model_dump(mode="json")}
        case CallSubject(args=args):
            return {"step": subject.claim_id, "args": args}
        case MemorySubject(text=text):
            return {"step": subject.claim_id, "text": text}
        case _:
            return {"step": subject.claim_id}


def recorded_checks(checks: Checks, tape: Tape, callers: Callers) -> Checks:
    """Return the checks, with what those say taken down that a replay may not have."""
    return replace(
        checks,
        plan=_taken_down("plan", checks.plan, tape),
        call=_taken_down("call", checks.call, tape),
        result=_taken_down("result", checks.result, tape),
        answer=_taken_down("answer", checks.answer, tape),
        memory=_taken_down("memory", checks.memory, tape),
        reviews=tuple(RecordedReview(one, tape, callers) for one in checks.reviews),
    )


def _taken_down(
    stage: str, checks: Iterable[Callable[[S], Verdict | None]], tape: Tape
) -> tuple[Check[S], ...]:
    own = set(known(stage))
    listed = [one for one in checks if isinstance(one, Check)]
    return tuple(one if one in own else _recorded(stage, one, tape) for one in listed)


def _recorded(stage: str, check: Check[S], tape: Tape) -> Check[S]:
    name = f"{stage} {check.name}"

    def look(subject: S) -> Verdict | None:
        given = plain_subject(subject)
        try:
            verdict = check(subject)
        except Exception as error:
            tape.note(Entry(boundary="check", name=name, given=given, error=failed(error)))
            raise
        tape.note(Entry(boundary="check", name=name, given=given, back=plain_verdict(verdict)))
        return verdict

    return Check(look, check.name, check.seconds)


def plain_verdict(verdict: Verdict | None) -> JsonValue:
    """Return a verdict as JSON."""
    return None if verdict is None else verdict.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class AroundReview:
    """What stands for a review under its own name."""

    inner: Review

    @property
    def name(self) -> str:
        """How verdicts call it."""
        return self.inner.name

    @property
    def seconds(self) -> float:
        """How long it is waited for."""
        return self.inner.seconds


@dataclass(frozen=True, slots=True)
class RecordedReview(AroundReview):
    """A review whose verdicts are taken down; what it asks the model is, as by its own name."""

    tape: Tape
    callers: Callers

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Pass on a verdict."""
        self.callers.reviewing(self.name, claim.id)
        given = plain_subject(claim)
        try:
            verdict = await self.inner.review(claim, ask)
        except BaseException as error:
            entry = Entry(boundary="review", name=self.name, given=given, error=failed(error))
            self.tape.note(entry, flush=True)
            raise
        entry = Entry(boundary="review", name=self.name, given=given, back=plain_verdict(verdict))
        self.tape.note(entry, flush=True)
        return verdict


class RecordedTimekeeper(Timekeeper):
    """Takes down which look of a check took too long, since that depends on the machine."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self._tape = tape
        self._looks: Counter[str] = Counter()

    def took(self, check: Check[S], seconds: float) -> bool:
        """Note how long a check took, and return whether that was too long."""
        self._looks[check.name] += 1
        is_late = super().took(check, seconds)
        if is_late:
            look = self._looks[check.name]
            self._tape.note(Entry(boundary="late", name=check.name, given=look, back=seconds))
        return is_late
