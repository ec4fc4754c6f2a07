"""Rendering: what one event of a run looks like to a person. Pure: events in, lines out."""

from __future__ import annotations

import re

from rich.text import Text

from surefoot.answer import Usage
from surefoot.events import (
    AnswerRetracted,
    ApprovalRequested,
    ApprovalResolved,
    CheckFailed,
    CheckSkipped,
    ContextRecalled,
    Event,
    PlanCreated,
    PlanRevised,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunQueued,
    RunResumed,
    StepFailed,
    StepFinished,
)
from surefoot.plan import Step

from .lines import call_line, counted, safe, short

_CITATION = re.compile(r"\[S\d+(?:\s*[,;]\s*S\d+)*\]")


def lines_of(event: Event) -> list[Text]:
    """Return how an event is told. The words of the answer are not lines; see `answer_text`."""
    match event:
        case RunQueued(ahead=ahead):
            runs = "1 earlier run" if ahead == 1 else f"{ahead} earlier runs"
            return [Text(f"The thread is busy: {runs} first.", style="dim")]
        case RunResumed():
            return [Text("The run goes on from where it was left.", style="dim")]
        case ContextRecalled():
            return _recalled(event)
        case PlanCreated(plan=plan):
            return [Text("Plan", style="bold"), *map(_planned, plan.steps)]
        case PlanRevised(plan=plan, reason=reason):
            why = f" ({short(reason)})" if reason else ""
            return [Text(f"Plan changed{why}", style="bold"), *map(_planned, plan.steps)]
        case StepFinished():
            return [_finished(event)]
        case StepFailed():
            return [_step("✗", "red", event.step_id, event.tool, event.ms, short(event.error, 400))]
        case CheckFailed():
            return [_check(event.stage, event.check, event.claim_id, event.reason)]
        case CheckSkipped(outcome="not_checked"):
            why = f"could not run: {event.reason}"
            return [_check(event.stage, event.check, event.claim_id, why)]
        case ApprovalRequested():
            call = f"{event.tool}({call_line(event.args, 400)})"
            return [Text.assemble(("? ", "yellow"), f"{call} waits for your approval.")]
        case ApprovalResolved(decision=decision):
            return [Text(f"  {_DECIDED[decision]}", style="dim")]
        case AnswerRetracted(sentence=sentence):
            return [Text(f"(sentence {sentence + 1} is withdrawn)", style="dim")]
        case _:
            return end_lines(event)


def end_lines(event: Event) -> list[Text]:
    """Return how a run's last event is told; nothing for other events."""
    match event:
        case RunCompleted(reason=reason, usage=usage):
            stopped = "stopped at a limit · " if reason == "limit" else ""
            return [Text(f"{stopped}{usage_line(usage)}", style="dim")]
        case RunFailed(error=error):
            return [Text(f"The run failed: {short(error, 1000)}", style="red")]
        case RunCancelled(reason=reason):
            why = f": {short(reason)}" if reason else ""
            return [Text(f"The run was stopped{why}.", style="yellow")]
        case _:
            return []


def answer_text(text: str) -> Text:
    """Return words of the answer, with their citations marked."""
    shown = Text(safe(text))
    shown.highlight_regex(_CITATION, "cyan")
    return shown


def usage_line(usage: Usage) -> str:
    """Return what a run used, in words."""
    parts = [
        f"{usage.seconds:.1f} s",
        counted(usage.model_calls, "model call"),
        counted(usage.tool_calls, "tool call"),
    ]
    if tokens := usage.input_tokens + usage.output_tokens:
        parts.append(counted(tokens, "token"))
    if usage.cost_usd is not None:
        parts.append(f"${usage.cost_usd:.4f}")
    return " · ".join(parts)


_DECIDED = {"approve": "approved", "reject": "rejected", "edit": "approved with other arguments"}


def _recalled(event: ContextRecalled) -> list[Text]:
    parts = [counted(event.turns, "earlier turn")] if event.turns else []
    if event.evidence:
        parts.append(counted(len(event.evidence), "fact"))
    return [Text(f"Remembered {' and '.join(parts)}.", style="dim")] if parts else []


def _planned(step: Step) -> Text:
    call = call_line(step.args)
    after = f"  after {', '.join(step.depends_on)}" if step.depends_on else ""
    return Text.assemble(
        (f"  {step.id} ", "dim"), step.tool, (f"  {call}", "dim"), (after, "dim italic")
    )


def _finished(event: StepFinished) -> Text:
    found = ", ".join(event.evidence_ids) or "nothing found"
    again = " · kept from before" if event.replayed else ""
    return _step("✓", "green", event.step_id, event.tool, event.ms, f"{found}{again}")


def _step(mark: str, style: str, step_id: str, tool: str, ms: float, told: str) -> Text:
    return Text.assemble(
        (f"{mark} ", style), (f"{step_id} ", "dim"), tool, (f" {_time(ms)}  ", "dim"), told
    )


def _time(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def _check(stage: str, check: str, claim_id: str | None, reason: str) -> Text:
    about = f" {claim_id}" if claim_id else ""
    return Text(f"  ! {stage} check {check}{about}: {short(reason, 400)}", style="dim yellow")
