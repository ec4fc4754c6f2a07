"""Steps: a run as the page shows it, and where two runs go different ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from ..traces.trace import Call, Trace

SHORT = 600
MOST_STEPS = 60


def divergence(left: Trace, right: Trace) -> int | None:
    """Return the first thing said or done that differs, counted over both runs, or None."""
    one, other = list(_deeds(left)), list(_deeds(right))
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return None if len(one) == len(other) else min(len(one), len(other))


def _deeds(trace: Trace) -> Iterator[tuple[str, str]]:
    """Yield what a run says and does, without ids and times."""
    for step in trace.steps:
        if step.text:
            yield step.source, step.text
        for call in step.calls:
            yield call.tool, json.dumps(call.args, sort_keys=True)


def steps_html(trace: Trace, *, mark: int | None = None) -> str:
    """Return a run as a list; the deed at `mark` is where another run goes a different way."""
    parts: list[str] = []
    place = 0
    for step in trace.steps[:MOST_STEPS]:
        if step.text:
            parts.append(_said(step.source, step.text, place == mark))
            place += 1
        for call in step.calls:
            parts.append(_called(call, place == mark))
            place += 1
    if len(trace.steps) > MOST_STEPS:
        parts.append(f"<li>and {len(trace.steps) - MOST_STEPS} more steps</li>")
    if trace.error:
        parts.append(f"<li class='error'>ended: {escape(trace.error[:SHORT])}</li>")
    return f"<ol class='steps'>{''.join(parts)}</ol>{_verdicts(trace)}"


def _said(source: str, text: str, marked: bool) -> str:
    return f"<li class='{source}{_mark(marked)}'><i>{source}</i> {_shown(text)}</li>"


def _called(call: Call, marked: bool) -> str:
    args = escape(json.dumps(call.args, ensure_ascii=False)[:SHORT])
    head = f"<b>{escape(call.tool)}</b> <code>{args}</code>"
    if call.args_error:
        head += f"<div class='error'>{escape(call.args_error)}</div>"
    if call.approval:
        head += f" <span class='tag'>{escape(call.approval)}</span>"
    back = ""
    if call.result is not None:
        kind = "error" if call.result.error else "back"
        back = f"<div class='{kind}'>{_shown(call.result.error or call.result.text)}</div>"
    return f"<li class='call{_mark(marked)}'>{head}{back}</li>"


def _mark(marked: bool) -> str:
    return " diverges" if marked else ""


def _shown(text: str) -> str:
    short = text if len(text) <= SHORT else f"{text[:SHORT]} …"
    return f"<span class='text'>{escape(short)}</span>"


def _verdicts(trace: Trace) -> str:
    """Return the verdicts that came with the run, those that failed with their evidence."""
    failed = [verdict for verdict in trace.verdicts if verdict.failed]
    if not failed:
        return ""
    known = {item.id: item for item in trace.evidence}
    rows = []
    for verdict in failed:
        cited = [known[one] for one in verdict.evidence_ids if one in known]
        quoted = "".join(
            f"<div class='back'>[{escape(item.id)}] {_shown(item.content)}</div>" for item in cited
        )
        head = f"{escape(verdict.check)} {escape(verdict.outcome)}: {escape(verdict.reason)}"
        rows.append(f"<li>{head}{quoted}</li>")
    return f"<ul class='verdicts'>{''.join(rows)}</ul>"
