"""Resuming: what the events of an earlier attempt say has already happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.answer import Answer, Reason
from surefoot.errors import SurefootError
from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    AnswerRetracted,
    ApprovalRequested,
    ApprovalResolved,
    CheckFailed,
    CheckPassed,
    CheckSkipped,
    ContextRecalled,
    Event,
    PlanCreated,
    PlanRevised,
    RunCancelled,
    RunCompleted,
    RunFailed,
    StepFailed,
    StepFinished,
)
from surefoot.evidence import Evidence
from surefoot.graphs import CallRecord
from surefoot.verdicts import Verdict

from .store import Run, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the events of an earlier attempt say has already happened."""

    evidence: tuple[Evidence, ...]
    announced: frozenset[str]
    failed_calls: dict[str, CallRecord]
    shown: tuple[int, ...]
    """Sentences that left and still stand, though the answer was not completed."""
    completed: AnswerCompleted | None
    verdicts: tuple[Verdict, ...] = ()

    def answer(self, done: AnswerCompleted, run: Run, *, reason: Reason = "answered") -> Answer:
        """Return the answer that was told in full."""
        return Answer(
            text=done.text,
            citations=done.citations,
            evidence=(*done.earlier, *self.evidence),
            verdicts=self.verdicts,
            confidence=done.confidence,
            usage=done.usage,
            run_id=run.run_id,
            thread_id=run.scope.thread_id,
            reason=reason,
        )


def told(events: Sequence[Event]) -> Told:
    """Read an earlier attempt's events."""
    evidence: list[Evidence] = []
    announced: set[str] = set()
    failed: dict[str, CallRecord] = {}
    shown: set[int] = set()
    completed: AnswerCompleted | None = None
    for event in events:
        match event:
            case ContextRecalled(evidence=found):
                evidence += found
            case StepFinished(evidence=found, call_id=call_id):
                evidence += found
                announced.add(call_id)
            case StepFailed(call_id=call_id, code=code) if code != "cancelled":
                failed[call_id] = CallRecord(error=event.error, code=code)
                announced.add(call_id)
            case PlanCreated(plan=plan) | PlanRevised(plan=plan):
                announced.add(f"plan {plan.revision}")
            case ApprovalRequested(call_id=call_id):
                announced.add(f"approval {call_id}")
            case ApprovalResolved(call_id=call_id):
                announced.add(f"decision {call_id}")
            case CheckPassed() | CheckFailed() if event.stage == "call":
                announced.add(f"check {event.run_id}.{event.claim_id}")
            case AnswerDelta(sentence=index):
                shown.add(index)
            case AnswerRetracted(sentence=index):
                shown.discard(index)
            case AnswerCompleted():
                completed = event
            case _:
                pass
    return Told(
        evidence=tuple(evidence),
        announced=frozenset(announced),
        failed_calls=failed,
        shown=tuple(sorted(shown)),
        completed=completed,
        verdicts=verdicts_of(events),
    )


def outcome_of(events: Sequence[Event], run: Run) -> Answer | SurefootError:
    """Return the answer of a run that has ended, or the error that ended it instead."""
    match events[-1] if events else None:
        case RunFailed(error=error):
            return SurefootError(error)
        case RunCancelled(reason=reason):
            return SurefootError(f"The run was stopped: {reason}.")
        case RunCompleted(reason=reason):
            pass
        case _:
            return SurefootError(f"Run {run.run_id!r} has no end in the log.")
    past = told(events)
    if past.completed is None:
        return SurefootError(f"Run {run.run_id!r} has no answer in the log.")
    return past.answer(past.completed, run, reason=reason)


def end_of(events: Sequence[Event]) -> Status | None:
    """Return how a run has ended, or None when its events tell of no end."""
    match events[-1] if events else None:
        case RunCompleted():
            return "completed"
        case RunFailed():
            return "failed"
        case RunCancelled():
            return "cancelled"
        case _:
            return None


def verdicts_of(events: Sequence[Event]) -> tuple[Verdict, ...]:
    """Return the verdicts that a run's events tell of."""
    return tuple(
        Verdict(
            stage=event.stage,
            check=event.check,
            outcome=event.outcome,
            code=event.code,
            reason=event.reason,
            claim_id=event.claim_id,
            evidence_ids=event.evidence_ids,
            repair=event.repair,
            confidence=event.confidence,
        )
        for event in events
        if isinstance(event, CheckPassed | CheckFailed | CheckSkipped)
    )


def undecided(events: Sequence[Event]) -> set[str]:
    """Return the calls that a person was asked about and has not decided on."""
    asked = {event.call_id for event in events if isinstance(event, ApprovalRequested)}
    return asked - {event.call_id for event in events if isinstance(event, ApprovalResolved)}
