"""A check: a small pure function that looks at one intermediate output and gives a verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from surefoot.events import CheckFailed, CheckPassed, CheckSkipped
from surefoot.model import ModelRequest
from surefoot.verdicts import Verdict

from .subjects import CallSubject, Claim, MemorySubject, PlanSubject, ResultSubject, Subject

S = TypeVar("S", bound=Subject)

_STAGES = ("plan", "call", "result", "answer", "memory")
CHEAP_SECONDS = 0.02
"""What a check may take unless it says otherwise; one that may take longer is costly."""


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """A check with a name and a budget. A plain function is one with its own name and the usual."""

    look: Callable[[S], Verdict | None]
    name: str
    seconds: float = CHEAP_SECONDS
    """Computing time that it may take for one subject."""

    def __call__(self, subject: S) -> Verdict | None:
        """Look at the subject; None says that there is nothing for this check in it."""
        return self.look(subject)

    @property
    def is_costly(self) -> bool:
        """True for what is left out once time has run short."""
        return self.seconds > CHEAP_SECONDS


def timed(seconds: float) -> Callable[[Callable[[S], Verdict | None]], Check[S]]:
    """Give a check another budget: `@timed(0.2)`."""

    def wrap(look: Callable[[S], Verdict | None]) -> Check[S]:
        return Check(look, name_of(look), seconds)

    return wrap


def as_check(look: Callable[[S], Verdict | None]) -> Check[S]:
    """Return a plain function as a check."""
    return look if isinstance(look, Check) else Check(look, name_of(look))


def name_of(look: Callable[[S], Verdict | None]) -> str:
    """Return how verdicts call a check."""
    return str(getattr(look, "__name__", type(look).__name__))


PlanCheck = Callable[[PlanSubject], Verdict | None]
CallCheck = Callable[[CallSubject], Verdict | None]
ResultCheck = Callable[[ResultSubject], Verdict | None]
AnswerCheck = Callable[[Claim], Verdict | None]
MemoryCheck = Callable[[MemorySubject], Verdict | None]

AskModel = Callable[[ModelRequest], Awaitable[str]]
"""Asks the run's own model, within the run's limits, and returns the text of its message."""


class Review(Protocol):
    """A check that waits, such as for a model. It is asked only about what the others leave open.

    Sentences leave in order: those behind one that is under review wait with it.
    """

    @property
    def name(self) -> str:
        """How verdicts call it."""
        ...

    @property
    def seconds(self) -> float:
        """How long it is waited for."""
        ...

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Return a verdict, or None to leave the claim open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The checks of a run by stage. At each, what is cheap is asked before what is costly."""

    plan: tuple[PlanCheck, ...] = ()
    call: tuple[CallCheck, ...] = ()
    result: tuple[ResultCheck, ...] = ()
    answer: tuple[AnswerCheck, ...] = ()
    memory: tuple[MemoryCheck, ...] = ()
    reviews: tuple[Review, ...] = ()
    """Asked, in this order, about claims of an answer that no check could decide."""
    required: tuple[str, ...] = ()
    """Checks of answers without which no sentence that cites or states a figure is released.

    Where one of them could not run, the sentence is left out under `hold`, and withdrawn under
    `retract`. What another check could not look at leaves with `not_checked`.
    """

    def __post_init__(self) -> None:
        for stage in _STAGES:
            object.__setattr__(self, stage, _by_cost(getattr(self, stage)))

    def with_(
        self,
        *,
        plan: Iterable[PlanCheck] = (),
        call: Iterable[CallCheck] = (),
        result: Iterable[ResultCheck] = (),
        answer: Iterable[AnswerCheck] = (),
        memory: Iterable[MemoryCheck] = (),
        reviews: Iterable[Review] = (),
    ) -> Checks:
        """Return these checks and more."""
        return Checks(
            plan=(*self.plan, *plan),
            call=(*self.call, *call),
            result=(*self.result, *result),
            answer=(*self.answer, *answer),
            memory=(*self.memory, *memory),
            reviews=(*self.reviews, *reviews),
            required=self.required,
        )

    def without(self, *names: str) -> Checks:
        """Return these checks but for those named."""
        kept = {
            stage: tuple(one for one in getattr(self, stage) if one.name not in names)
            for stage in (*_STAGES, "reviews")
        }
        return replace(self, **kept)

    def requiring(self, *names: str) -> Checks:
        """Return these checks with others that no sentence is released without."""
        return replace(self, required=names)


def _by_cost(checks: Iterable[Callable[[S], Verdict | None]]) -> tuple[Check[S], ...]:
    return tuple(sorted(map(as_check, checks), key=lambda one: one.seconds))


def as_event(verdict: Verdict) -> CheckPassed | CheckFailed | CheckSkipped:
    """Return the event that tells of a verdict."""
    if verdict.outcome == "supported":
        kind: type[CheckPassed | CheckFailed | CheckSkipped] = CheckPassed
    elif verdict.failed:
        kind = CheckFailed
    else:
        kind = CheckSkipped
    return kind(
        stage=verdict.stage,
        check=verdict.check,
        outcome=verdict.outcome,
        code=verdict.code,
        reason=verdict.reason,
        claim_id=verdict.claim_id,
        evidence_ids=verdict.evidence_ids,
        repair=verdict.repair,
        confidence=verdict.confidence,
    )
