"""A check: a small function that looks at one intermediate output and gives verdicts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue

from surefoot.events import CheckFailed, CheckPassed, CheckSkipped
from surefoot.evidence import Evidence
from surefoot.plan import Step
from surefoot.tools import Tool, ToolOutput
from surefoot.verdicts import Stage, Verdict

from .facts import FactIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSubject:
    """The result of one step, before anything builds on it."""

    step: Step
    tool: Tool
    args: dict[str, JsonValue]
    output: ToolOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer, with what it cites."""

    id: str
    text: str
    cited_ids: tuple[str, ...]
    cited: tuple[Evidence, ...]
    """The cited evidence that exists."""
    evidence: tuple[Evidence, ...]
    """The run's whole ledger."""
    question: str
    earlier: str = ""
    """What was said in the thread before the question."""
    facts: FactIndex = field(default_factory=FactIndex)
    """The figures of the evidence, read once for all claims."""


ResultCheck = Callable[[ResultSubject], Verdict | None]
AnswerCheck = Callable[[Claim], Verdict | None]

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The checks of a run beyond those that plans and calls always get, cheapest first."""

    result: tuple[ResultCheck, ...] = ()
    answer: tuple[AnswerCheck, ...] = ()


def judge(
    checks: Iterable[Callable[[S], Verdict | None]], subject: S, *, stage: Stage, claim_id: str
) -> list[Verdict]:
    """Run every check on `subject`. A check that fails to run says so and stops nothing."""
    verdicts: list[Verdict] = []
    for check in checks:
        try:
            verdict = check(subject)
        except Exception:
            name = getattr(check, "__name__", type(check).__name__)
            logger.exception("check %r could not run", name)
            verdict = Verdict(
                stage=stage,
                check=name,
                outcome="not_checked",
                code="check_crashed",
                reason=f"The check {name!r} could not run; its log has the traceback.",
                claim_id=claim_id,
            )
        if verdict is not None:
            verdicts.append(verdict)
    return verdicts


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
    )
