"""Settling: what a call gave back becomes evidence, with what the checks say of it."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.events import StepFailed, StepFinished
from surefoot.evidence import Evidence
from surefoot.plan import Step
from surefoot.tools import ToolOutput

from .board import Prepared, StepResult
from .checks import ResultSubject, judge
from .context import RunContext

READ_MORE = "read_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one step ended: with the output of its call, or with an error."""

    call: Prepared | None = None
    """The call that gave the output."""
    output: ToolOutput | None = None
    error: str = ""
    code: str = ""
    ms: float = 0.0
    replayed: bool = False


def settle(context: RunContext, step: Step, outcome: Outcome) -> StepResult:
    """Turn the outcome of a step into evidence and verdicts, and tell of it."""
    one = outcome.call
    if one is None or outcome.output is None:
        return fail(context, step, outcome.error, outcome.code, ms=outcome.ms)
    first = context.first(step.call_id)
    evidence = _recorded(context, step, outcome, outcome.output, first=first)
    hints = _hints(context, one, outcome.output, evidence, first=first)
    shown = one.tool.result_characters
    if any(len(item.content) > shown for item in evidence):
        offer_the_rest(context)
    return StepResult(step=step, evidence=evidence, hints=hints, shown=shown)


def _recorded(
    context: RunContext, step: Step, outcome: Outcome, output: ToolOutput, *, first: bool
) -> tuple[Evidence, ...]:
    """Return the evidence that a call brought; it is numbered and told only once."""
    if not first:
        return context.ledger.of_call(step.call_id)
    evidence = context.ledger.record(output.findings, call_id=step.call_id)
    context.emit(
        StepFinished(
            step_id=step.id,
            call_id=step.call_id,
            tool=step.tool,
            evidence_ids=tuple(item.id for item in evidence),
            evidence=evidence,
            ms=outcome.ms,
            replayed=outcome.replayed,
        )
    )
    return evidence


def _hints(
    context: RunContext,
    one: Prepared,
    output: ToolOutput,
    evidence: tuple[Evidence, ...],
    *,
    first: bool,
) -> tuple[str, ...]:
    """Ask the checks about a result, and return what they have to say to the planner."""
    subject = ResultSubject(
        step=one.step,
        tool=one.tool,
        args=one.args,
        output=output,
        question=context.question,
        found=evidence,
        evidence=context.ledger.all(),
    )
    verdicts = judge(context.checks.result, subject, context.timekeeper)
    if first:
        for verdict in verdicts:
            context.note(verdict)
    return tuple(verdict.advice for verdict in verdicts if verdict.failed or verdict.repair)


def offer_the_rest(context: RunContext) -> None:
    """Give the model the tool that shows what was too long to be shown."""
    from surefoot.tools import read_more

    context.toolbox = context.toolbox.plus(read_more)


def fail(context: RunContext, step: Step, error: str, code: str, *, ms: float = 0.0) -> StepResult:
    """Return a failed step's result and tell of it."""
    if context.first(step.call_id):
        context.emit(
            StepFailed(
                step_id=step.id, call_id=step.call_id, tool=step.tool, error=error, code=code, ms=ms
            )
        )
    return StepResult(step=step, error=error, code=code)
