"""Reading spans: one trace of an agent out of what its instrumentation happened to write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ..fields import arguments, number, table, text, total, whole
from ..messages import calls_of, final_answer, steps_of, text_of, tools_of
from ..trace import Call, CallResult, Provenance, Spent, Trace, TraceStep
from .dialects import DIALECTS, Messages, ModelCall
from .span import Span, parsed

_AGENTIC = ("gen_ai.", "llm.", "openinference.", "gcp.vertex.agent.", "traceloop.")
_WORDS_ONLY = {"gen_ai.conversation.id", "gen_ai.task.id"}
"""Names that HTTP spans carry along too."""


def traces_of(spans: Iterable[Span], *, format: str, path: str) -> Iterator[Trace]:
    """Yield a trace for every group of spans that tells of a model."""
    groups: dict[str, list[Span]] = {}
    for span in spans:
        groups.setdefault(span.trace_id, []).append(span)
    for trace_id, group in groups.items():
        group.sort(key=lambda span: (span.start, span.end))
        if any(_is_agentic(span) for span in group):
            yield _trace(trace_id, group, format=format, path=path)


def _is_agentic(span: Span) -> bool:
    return any(
        key.startswith(_AGENTIC) and key not in _WORDS_ONLY for key in span.attributes
    ) or any(name.startswith("gen_ai.") for name, _ in span.events)


def _trace(trace_id: str, spans: Sequence[Span], *, format: str, path: str) -> Trace:
    dialect, calls = _model_calls(spans)
    steps = steps_of(_conversation([call for _, call in calls]))
    steps = _with_tool_spans(steps, [span for span in spans if _tool_of(span)])
    told = [span for span, _ in calls] or [span for span in spans if _has_usage(span)]
    content = any(step.text or step.calls for step in steps)
    failed = next((span.failed for span in spans if span.failed and _is_root(span, spans)), None)
    answer = final_answer(steps)
    why = None
    if not content:
        why = "content was not captured: its spans name models and tools, but hold no messages"
    elif not any(step.source == "user" for step in steps):
        why = "the question was not captured: no span holds what the user said"
    return Trace(
        trace_id=trace_id,
        steps=steps,
        answer=answer,
        tools=next((found for _, c in reversed(calls) if (found := tools_of(c.tools))), ()),
        model=_first(told or spans, "gen_ai.request.model", "llm.model_name"),
        spent=Spent(
            model_calls=len(told) or None,
            input_tokens=_tokens(told, "input_tokens", "prompt_tokens", "prompt"),
            output_tokens=_tokens(told, "output_tokens", "completion_tokens", "completion"),
            cost_usd=total(number(span.attributes.get("llm.cost.total")) for span in told),
            seconds=round(max(s.end for s in spans) - min(s.start for s in spans), 6),
        ),
        status="failed" if failed else "completed" if answer else "unknown",
        error=failed,
        clusters=_conversation_id(spans),
        labels={"dialect": dialect, **_evaluations(spans)},
        unscorable=why,
        provenance=Provenance(format=format, path=path, place=f"trace {trace_id}"),
    )


def _is_root(span: Span, spans: Sequence[Span]) -> bool:
    return not any(other.span_id == span.parent_id for other in spans)


def _model_calls(spans: Sequence[Span]) -> tuple[str, list[tuple[Span, ModelCall]]]:
    """Return the model calls in the richest dialect that the trace speaks."""
    for dialect in DIALECTS:
        found = [(span, call) for span in spans if (call := _read(dialect, span)) is not None]
        if found:
            return dialect.__name__, found
    return "", []


def _read(dialect: Callable[[Span], ModelCall | None], span: Span) -> ModelCall | None:
    return dialect(span)


def _conversation(calls: Sequence[ModelCall]) -> Messages:
    """Return all messages of a run: each call repeats the ones before it, or begins anew."""
    messages: Messages = []
    keys: list[str] = []
    for call in calls:
        given = [*call.given, *call.said]
        told = [_key(message) for message in given]
        shared = _shared(keys, told)
        if shared == len(keys):
            messages, keys = given, told
            continue
        known = set(keys)
        fresh = [(m, k) for m, k in zip(given, told, strict=True) if k not in known]
        messages = [*messages, *(message for message, _ in fresh)]
        keys = [*keys, *(key for _, key in fresh)]
    return messages


def _key(message: object) -> str:
    """Return what two tellings of one message have in common, however they spell it."""
    body = table(message)
    calls = [[call.tool, call.args] for call in calls_of(body, "agent", 0)]
    said = text_of(body.get("content", body.get("parts")))
    return json.dumps([body.get("role"), said, calls, body.get("tool_call_id")], default=str)


def _shared(before: Sequence[str], now: Sequence[str]) -> int:
    count = 0
    for one, other in zip(before, now, strict=False):
        if one != other:
            break
        count += 1
    return count


def _tool_of(span: Span) -> str:
    attributes = span.attributes
    kind = attributes.get("openinference.span.kind") or attributes.get("traceloop.span.kind")
    if (
        text(attributes.get("gen_ai.operation.name")) == "execute_tool"
        or str(kind).lower() == "tool"
    ):
        return (
            text(attributes.get("gen_ai.tool.name"))
            or text(attributes.get("tool.name"))
            or text(attributes.get("traceloop.entity.name"))
            or span.name.removeprefix("execute_tool ")
        )
    return ""


def _with_tool_spans(steps: tuple[TraceStep, ...], spans: Sequence[Span]) -> tuple[TraceStep, ...]:
    """Give calls the times and results that tool spans hold, and add calls that only they hold."""
    told = [_call_of(span) for span in spans]
    used: set[int] = set()

    def finished(call: Call) -> Call:
        for place, (other, _) in enumerate(told):
            same = other.call_id == call.call_id or other.tool == call.tool
            if place not in used and same:
                used.add(place)
                return _joined(call, other)
        return call

    mended = tuple(
        replace(step, calls=tuple(finished(call) for call in step.calls)) if step.calls else step
        for step in steps
    )
    loose = [call for place, (call, content) in enumerate(told) if place not in used and content]
    if not loose:
        return mended
    step = TraceStep(source="agent", calls=tuple(loose))
    cut = len(mended)
    if mended and mended[-1].source == "agent" and not mended[-1].calls:
        cut -= 1
    return (*mended[:cut], step, *mended[cut:])


def _joined(call: Call, span: Call) -> Call:
    result = call.result or CallResult()
    other = span.result or CallResult()
    merged = CallResult(
        text=result.text or other.text,
        error=result.error or other.error,
        code=result.code,
        ms=other.ms,
    )
    return replace(call, args=call.args or span.args, result=merged)


def _call_of(span: Span) -> tuple[Call, bool]:
    """Return the call that a tool span tells of, and whether its arguments or result are there."""
    attributes = span.attributes
    names = (
        "gen_ai.tool.call.arguments",
        "gcp.vertex.agent.tool_call_args",
        "tool.parameters",
        "input.value",
        "traceloop.entity.input",
    )
    outs = (
        "gen_ai.tool.call.result",
        "gcp.vertex.agent.tool_response",
        "output.value",
        "traceloop.entity.output",
    )
    given = next((attributes[name] for name in names if attributes.get(name)), None)
    back = next((attributes[name] for name in outs if attributes.get(name)), None)
    args, error = arguments(given)
    back = parsed(back)
    result = CallResult(
        text=back if isinstance(back, str) else text_of(back), error=span.failed, ms=span.ms
    )
    call_id = text(attributes.get("gen_ai.tool.call.id")) or text(attributes.get("tool.id"))
    call = Call(
        call_id=call_id or span.span_id,
        tool=_tool_of(span),
        args=args,
        args_error=error,
        result=result,
    )
    return call, given is not None or back is not None


def _has_usage(span: Span) -> bool:
    return any(key.startswith("gen_ai.usage.") for key in span.attributes)


def _tokens(spans: Sequence[Span], *names: str) -> int | None:
    keys = [f"gen_ai.usage.{name}" for name in names]
    keys += [f"llm.usage.{name}" for name in names] + [f"llm.token_count.{name}" for name in names]
    return whole(
        total(
            next((number(s.attributes[k]) for k in keys if k in s.attributes), None) for s in spans
        )
    )


def _first(spans: Sequence[Span], *names: str) -> str:
    return next(
        (text(s.attributes[name]) for s in spans for name in names if name in s.attributes), ""
    )


def _conversation_id(spans: Sequence[Span]) -> dict[str, str]:
    found = _first(spans, "gen_ai.conversation.id", "session.id")
    return {"conversation": found} if found else {}


def _evaluations(spans: Sequence[Span]) -> dict[str, float | None]:
    """Return the results that graders have put into the trace."""
    return {
        f"score.{text(attributes.get('gen_ai.evaluation.name'))}": number(
            attributes.get("gen_ai.evaluation.score.value")
        )
        for span in spans
        for name, attributes in span.events
        if name == "gen_ai.evaluation.result"
    }
