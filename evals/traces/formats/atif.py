"""ATIF, the Agent Trajectory Interchange Format: read and written."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from ..fields import arguments, json_value, number, table, tables, text, whole
from ..messages import final_answer, text_of
from ..trace import Call, CallResult, Provenance, Source, Spent, Trace, TraceStep

NAME = "atif"
VERSION = "ATIF-v1.8"
_SOURCES: dict[str, Source] = {"system": "system", "user": "user", "agent": "agent"}


def recognise(document: object) -> bool:
    """Return whether this is a trajectory in ATIF."""
    body = table(document)
    return text(body.get("schema_version")).startswith("ATIF") and "steps" in body


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the trajectory, then those of its sub-agents."""
    body = table(document)
    agent = table(body.get("agent"))
    metrics = table(body.get("final_metrics"))
    extra = table(body.get("extra"))
    steps = tuple(_step(one) for one in tables(body.get("steps")) if _source(one) is not None)
    name = text(body.get("trajectory_id")) or text(body.get("session_id")) or path
    yield Trace(
        trace_id=name,
        steps=steps,
        answer=final_answer(steps),
        model=text(agent.get("model_name")),
        item=text(extra.get("item")),
        repeat=whole(extra.get("repeat")) or 0,
        labels={key: json_value(value) for key, value in table(extra.get("labels")).items()},
        spent=Spent(
            model_calls=whole(extra.get("model_calls")),
            input_tokens=whole(metrics.get("total_prompt_tokens")),
            output_tokens=whole(metrics.get("total_completion_tokens")),
            cost_usd=number(metrics.get("total_cost_usd")),
        ),
        status="completed" if final_answer(steps) else "unknown",
        unscorable=None if steps else "it has no steps",
        provenance=Provenance(format=NAME, path=path),
    )
    for inner in tables(body.get("subagent_trajectories")):
        yield from read(inner, path)


def _source(one: dict[str, object]) -> Source | None:
    return _SOURCES.get(text(one.get("source")))


def _step(one: dict[str, object]) -> TraceStep:
    results = tables(table(one.get("observation")).get("results"))
    by_call = {text(r.get("source_call_id")): r for r in results}
    calls: list[Call] = []
    for number_, call in enumerate(tables(one.get("tool_calls"))):
        args, error = arguments(call.get("arguments"))
        call_id = text(call.get("tool_call_id")) or f"#{text(one.get('step_id'))}.{number_}"
        found = by_call.get(call_id)
        failed = text(table(table(found).get("extra")).get("error")) or None
        result = None
        if found is not None:
            result = CallResult(text=text_of(found.get("content")), error=failed)
        calls.append(
            Call(
                call_id=call_id,
                tool=text(call.get("function_name")),
                args=args,
                args_error=error,
                result=result,
            )
        )
    return TraceStep(
        source=_source(one) or "system", text=text_of(one.get("message")), calls=tuple(calls)
    )


def write(trace: Trace) -> dict[str, JsonValue]:
    """Return a trace in ATIF."""
    return {
        "schema_version": VERSION,
        "session_id": trace.trace_id,
        "trajectory_id": trace.trace_id,
        "agent": {"name": "surefoot", "version": "1", "model_name": trace.model or None},
        "steps": [_written(number_, step) for number_, step in enumerate(trace.steps, 1)],
        "final_metrics": {
            "total_prompt_tokens": trace.spent.input_tokens,
            "total_completion_tokens": trace.spent.output_tokens,
            "total_cost_usd": trace.spent.cost_usd,
            "total_steps": len(trace.steps),
        },
        "extra": {
            "item": trace.item,
            "repeat": trace.repeat,
            "labels": dict(trace.labels),
            "model_calls": trace.spent.model_calls,
        },
    }


def _written(number_: int, step: TraceStep) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "step_id": number_,
        "source": step.source,
        "message": step.text,
    }
    if step.calls:
        body["tool_calls"] = [
            {"tool_call_id": c.call_id, "function_name": c.tool, "arguments": dict(c.args)}
            for c in step.calls
        ]
        results: list[JsonValue] = [
            _observed(c.call_id, c.result) for c in step.calls if c.result is not None
        ]
        if results:
            body["observation"] = {"results": results}
    return body


def _observed(call_id: str, result: CallResult) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {"source_call_id": call_id, "content": result.text}
    if result.error is not None:
        body["extra"] = {"error": result.error}
    return body
