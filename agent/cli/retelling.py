"""Retelling: a recorded run from its events, as lines for a person. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    CheckFailed,
    CheckPassed,
    CheckSkipped,
    Event,
    RunStarted,
    UsageReported,
)

from ..runs import Run
from .lines import counted, safe, short
from .rendering import answer_text, lines_of
from .sources import Findings, source_lines
from .spoken import Spoken


def retold(run: Run, events: Sequence[Event]) -> list[Text]:
    """Return all that happened in a run."""
    found = Findings()
    for event in events:
        found.take(event)
    lines = [
        Text.assemble(("Run ", "bold"), run.run_id, (f"  {run.status}", "bold")),
        Text(
            f"thread {run.scope.thread_id} · user {run.scope.user or 'nobody'} · {run.created_at}"
        ),
        Text(f"Question: {safe(run.text)}"),
        Text(),
    ]
    for event in events:
        lines += _told(event, found)
    if not any(isinstance(event, AnswerCompleted) for event in events):
        lines += _partial(events)
    return [*lines, *_checks(events), *_models(events)]


def _told(event: Event, found: Findings) -> list[Text]:
    match event:
        case RunStarted() | AnswerDelta():
            return []
        case AnswerCompleted():
            sources = source_lines(event.citations, found)
            answer = [Text(), answer_text(event.text.strip()), Text()]
            return [*answer, *sources, Text()] if sources else answer
        case _:
            return lines_of(event)


def _partial(events: Sequence[Event]) -> list[Text]:
    """Return what had been said of an answer that never came to its end."""
    said = Spoken(events).text
    return [Text(), Text("Said so far:", style="bold"), answer_text(said), Text()] if said else []


def _checks(events: Sequence[Event]) -> list[Text]:
    passed = sum(isinstance(event, CheckPassed) for event in events)
    failed = sum(isinstance(event, CheckFailed) for event in events)
    skipped = sum(isinstance(event, CheckSkipped) for event in events)
    return [Text(f"checks: {passed} passed, {failed} failed, {skipped} skipped", style="dim")]


def _models(events: Sequence[Event]) -> list[Text]:
    calls = [event for event in events if isinstance(event, UsageReported)]
    return [
        Text(
            f"{short(call.model)}: {counted(call.input_tokens, 'token')} in, "
            f"{counted(call.output_tokens, 'token')} out, {call.ms:.0f} ms",
            style="dim",
        )
        for call in calls
    ]
