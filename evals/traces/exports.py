"""Exports: traces as our own lines, as ATIF, or as OTLP with the graders' results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from pydantic import JsonValue

from .formats import atif, ours
from .trace import Call, Trace, TraceStep


class Graded(Protocol):
    """A result that a trace can carry along."""

    @property
    def grader(self) -> str: ...
    @property
    def score(self) -> float | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...


Results = Mapping[str, Sequence[Graded]]
"""Results by trace id."""


def _ours(traces: Iterable[Trace], results: Results) -> str:
    return "".join(f"{ours.write(trace)}\n" for trace in traces)


def _atif(traces: Iterable[Trace], results: Results) -> str:
    return "".join(f"{_line(atif.write(trace))}\n" for trace in traces)


def _otlp(traces: Iterable[Trace], results: Results) -> str:
    spans = [s for trace in traces for s in _spans(trace, results.get(trace.trace_id, ()))]
    resource: JsonValue = {"attributes": _attributes({"service.name": "surefoot"})}
    scope: JsonValue = {"scope": {"name": "surefoot.evals"}, "spans": spans}
    return f"{_line({'resourceSpans': [{'resource': resource, 'scopeSpans': [scope]}]})}\n"


EXPORTS: dict[str, Callable[[Iterable[Trace], Results], str]] = {
    "surefoot": _ours,
    "otlp": _otlp,
    "atif": _atif,
}


def export(traces: Iterable[Trace], format: str, *, results: Results | None = None) -> str:
    """Return traces in one of `EXPORTS`; only OTLP has a place for results."""
    return EXPORTS[format](traces, results or {})


def _line(body: JsonValue) -> str:
    return json.dumps(body, ensure_ascii=False)


def _spans(trace: Trace, results: Sequence[Graded]) -> list[JsonValue]:
    """Return a trace as spans. Times are only told as far as the trace has them."""
    trace_id = _id(trace.trace_id, 32)
    root = _id(f"{trace.trace_id} root", 16)
    seconds = trace.spent.seconds or 0.0
    about: dict[str, JsonValue] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.request.model": trace.model,
        "gen_ai.input.messages": _line([_message(s) for s in _opening(trace)]),
        "gen_ai.output.messages": _line([m for s in _rest(trace) for m in _messages(s)]),
        "gen_ai.tool.definitions": _line([_definition(t.name, t.parameters) for t in trace.tools]),
        "gen_ai.usage.input_tokens": trace.spent.input_tokens,
        "gen_ai.usage.output_tokens": trace.spent.output_tokens,
    }
    spans: list[JsonValue] = [
        {
            "traceId": trace_id,
            "spanId": root,
            "name": "invoke_agent surefoot",
            "kind": 1,
            "startTimeUnixNano": "0",
            "endTimeUnixNano": str(int(seconds * 1e9)),
            "attributes": _attributes(about),
            "events": [_result_event(one) for one in results],
            "status": {"code": 2, "message": trace.error} if trace.error else {},
        }
    ]
    spans += [_call_span(call, trace_id, root, number) for number, call in enumerate(trace.calls)]
    return spans


def _call_span(call: Call, trace_id: str, root: str, number: int) -> JsonValue:
    result = call.result
    error = result.error if result is not None else None
    return {
        "traceId": trace_id,
        "spanId": _id(f"{trace_id} {number} {call.call_id}", 16),
        "parentSpanId": root,
        "name": f"execute_tool {call.tool}",
        "kind": 1,
        "startTimeUnixNano": "0",
        "endTimeUnixNano": str(int((result.ms or 0.0) * 1e6)) if result is not None else "0",
        "attributes": _attributes(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": call.tool,
                "gen_ai.tool.call.id": call.call_id,
                "gen_ai.tool.call.arguments": _line(dict(call.args)),
                "gen_ai.tool.call.result": result.text if result is not None else None,
            }
        ),
        "status": {"code": 2, "message": error} if error else {},
    }


def _result_event(one: Graded) -> JsonValue:
    return {
        "name": "gen_ai.evaluation.result",
        "timeUnixNano": "0",
        "attributes": _attributes(
            {
                "gen_ai.evaluation.name": one.grader,
                "gen_ai.evaluation.score.value": one.score,
                "gen_ai.evaluation.score.label": one.outcome,
                "gen_ai.evaluation.explanation": one.reason or None,
            }
        ),
    }


def _opening(trace: Trace) -> list[TraceStep]:
    """Return what was said before the agent's first words."""
    cut = next((n for n, s in enumerate(trace.steps) if s.source == "agent"), len(trace.steps))
    return list(trace.steps[:cut])


def _rest(trace: Trace) -> list[TraceStep]:
    return list(trace.steps[len(_opening(trace)) :])


_ROLES = {"agent": "assistant", "user": "user", "system": "system"}


def _message(step: TraceStep) -> JsonValue:
    parts: list[JsonValue] = [{"type": "text", "content": step.text}] if step.text else []
    parts += [
        {"type": "tool_call", "id": c.call_id, "name": c.tool, "arguments": dict(c.args)}
        for c in step.calls
    ]
    return {"role": _ROLES[step.source], "parts": parts}


def _messages(step: TraceStep) -> list[JsonValue]:
    told = [_message(step)]
    told += [
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": c.call_id, "result": c.result.text}],
        }
        for c in step.calls
        if c.result is not None
    ]
    return told


def _definition(name: str, parameters: dict[str, JsonValue] | None) -> JsonValue:
    return {"type": "function", "name": name, "parameters": parameters}


def _attributes(values: Mapping[str, JsonValue]) -> list[JsonValue]:
    return [
        {"key": key, "value": _typed(value)} for key, value in values.items() if value is not None
    ]


def _typed(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": value if isinstance(value, str) else _line(value)}


def _id(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
