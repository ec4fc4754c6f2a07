"""SWE-agent trajectories: actions at a shell, as tool calls or as text."""

from __future__ import annotations

from collections.abc import Iterator

from ..fields import json_value, number, rows, table, tables, text, whole
from ..messages import final_answer, steps_of, text_of
from ..trace import Call, CallResult, Provenance, Source, Spent, Status, Trace, TraceStep

NAME = "swe-agent"
SHELL = "shell"
"""The tool that actions written as text are calls of."""


def recognise(document: object) -> bool:
    """Return whether this is a trajectory file."""
    body = table(document)
    return isinstance(body.get("history"), list) and (
        isinstance(body.get("trajectory"), list) or "messages" not in body
    )


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the trajectory."""
    body = table(document)
    history = tables(body.get("history"))
    info = table(body.get("info"))
    stats = table(info.get("model_stats"))
    steps = _steps(history, tables(body.get("trajectory")))
    ended = text(info.get("exit_status"))
    submission = text(info.get("submission"))
    spent = Spent(
        model_calls=whole(stats.get("api_calls")),
        input_tokens=whole(stats.get("tokens_sent")),
        output_tokens=whole(stats.get("tokens_received")),
        cost_usd=number(stats.get("instance_cost", stats.get("total_cost"))),
    )
    yield Trace(
        trace_id=path.rsplit("/", 1)[-1].removesuffix(".traj"),
        steps=steps,
        answer=submission or final_answer(steps),
        item=path.rsplit("__", 1)[-1].removesuffix(".traj"),
        spent=spent,
        status=_status(ended),
        error=ended if _status(ended) == "failed" else None,
        labels={"exit_status": ended, "environment": json_value(body.get("environment"))},
        unscorable=None if steps else "it has no history",
        provenance=Provenance(format=NAME, path=path),
    )


def _status(ended: str) -> Status:
    if ended == "submitted":
        return "completed"
    if not ended:
        return "unknown"
    return "limit" if "exit_cost" in ended or "exit_context" in ended else "failed"


def _steps(
    history: list[dict[str, object]], trajectory: list[dict[str, object]]
) -> tuple[TraceStep, ...]:
    """Read the messages; actions that are only text become calls of a shell tool."""
    if any(rows(message.get("tool_calls")) for message in history):
        return steps_of(history)
    steps: list[TraceStep] = []
    waiting: Call | None = None
    for place, message in enumerate(history):
        said = text_of(message.get("content"))
        if message.get("role") == "assistant":
            action = text(message.get("action"))
            calls: tuple[Call, ...] = ()
            if action:
                waiting = Call(call_id=f"#{place}", tool=SHELL, args={"command": action})
                calls = (waiting,)
            steps.append(TraceStep(source="agent", text=said, calls=calls))
        elif waiting is not None and steps:
            steps[-1] = _answered(steps[-1], waiting, said)
            waiting = None
        else:
            source: Source = "system" if message.get("role") == "system" else "user"
            steps.append(TraceStep(source=source, text=said))
    if waiting is not None and trajectory:
        steps[-1] = _answered(steps[-1], waiting, text(trajectory[-1].get("observation")))
    return tuple(steps)


def _answered(step: TraceStep, call: Call, said: str) -> TraceStep:
    done = Call(call_id=call.call_id, tool=call.tool, args=call.args, result=CallResult(text=said))
    return TraceStep(source="agent", text=step.text, calls=(done,))
