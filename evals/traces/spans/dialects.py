"""Dialects: how the messages and calls of one model call are written into a span."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..fields import rows, table, tables, text
from .span import Attributes, Span, parsed

Messages = list[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """What a span says about one model call."""

    given: Messages
    said: Messages
    tools: list[object]


def semantic_conventions(span: Span) -> ModelCall | None:
    """Read `gen_ai.input.messages` and its kin, as attributes or as an event's."""
    found: Attributes = dict(span.attributes)
    for name, attributes in span.events:
        if name.startswith("gen_ai.client.inference"):
            found |= attributes
    given = rows(parsed(found.get("gen_ai.input.messages")))
    said = rows(parsed(found.get("gen_ai.output.messages")))
    if not given and not said:
        return None
    standing = parsed(found.get("gen_ai.system_instructions"))
    first: Messages = [{"role": "system", "parts": standing}] if standing else []
    tools = rows(parsed(found.get("gen_ai.tool.definitions")))
    return ModelCall(given=[*first, *given], said=said, tools=tools)


def openinference(span: Span) -> ModelCall | None:
    """Read `llm.input_messages.N.message.…`."""
    if span.attributes.get("openinference.span.kind") != "LLM":
        return None
    given = [_openinference(m) for m in _numbered(span.attributes, "llm.input_messages.")]
    said = [_openinference(m) for m in _numbered(span.attributes, "llm.output_messages.")]
    if not given and not said:
        return None
    tools = [
        parsed(one.get("tool.json_schema")) for one in _numbered(span.attributes, "llm.tools.")
    ]
    return ModelCall(given=list(given), said=list(said), tools=tools)


def _openinference(flat: Attributes) -> dict[str, object]:
    calls = _numbered(flat, "message.tool_calls.")
    parts = _numbered(flat, "message.contents.")
    content = flat.get("message.content")
    if content is None:
        content = [{"text": text(part.get("message_content.text"))} for part in parts]
    return {
        "role": flat.get("message.role"),
        "content": content,
        "name": flat.get("message.name"),
        "tool_call_id": flat.get("message.tool_call_id"),
        "tool_calls": [
            {
                "id": call.get("tool_call.id"),
                "name": call.get("tool_call.function.name"),
                "arguments": call.get("tool_call.function.arguments"),
            }
            for call in calls
        ],
    }


def traceloop(span: Span) -> ModelCall | None:
    """Read `gen_ai.prompt.N.…` and `gen_ai.completion.N.…`."""
    given = [_traceloop(m) for m in _numbered(span.attributes, "gen_ai.prompt.")]
    said = [_traceloop(m) for m in _numbered(span.attributes, "gen_ai.completion.")]
    if not any(_has_content(message) for message in [*given, *said]):
        return None
    tools = [dict(one) for one in _numbered(span.attributes, "llm.request.functions.")]
    for tool in tools:
        tool["parameters"] = parsed(tool.get("parameters"))
    return ModelCall(given=list(given), said=list(said), tools=list(tools))


def _traceloop(flat: Attributes) -> dict[str, object]:
    return {
        "role": flat.get("role"),
        "content": flat.get("content"),
        "tool_call_id": flat.get("tool_call_id"),
        "tool_calls": [dict(call) for call in _numbered(flat, "tool_calls.")],
    }


def _has_content(message: dict[str, object]) -> bool:
    return bool(message.get("content") or message.get("tool_calls"))


def agent_development_kit(span: Span) -> ModelCall | None:
    """Read `gcp.vertex.agent.llm_request` and `llm_response`."""
    request = table(parsed(span.attributes.get("gcp.vertex.agent.llm_request")))
    response = table(parsed(span.attributes.get("gcp.vertex.agent.llm_response")))
    contents = tables(request.get("contents"))
    if not contents:
        return None
    config = table(request.get("config"))
    standing = text(config.get("system_instruction"))
    first: Messages = [{"role": "system", "content": standing}] if standing else []
    said = table(response.get("content"))
    return ModelCall(
        given=[*first, *contents], said=[said] if said else [], tools=rows(config.get("tools"))
    )


def span_events(span: Span) -> ModelCall | None:
    """Read the events `gen_ai.user.message`, `gen_ai.choice` and their like."""
    given: Messages = []
    said: Messages = []
    for name, attributes in span.events:
        body: Attributes = table(parsed(attributes.get("gen_ai.event.content"))) or attributes
        plain = {key: parsed(value) for key, value in body.items()}
        if name == "gen_ai.choice":
            message = table(parsed(plain.get("message"))) or plain
            said.append({"role": "assistant", **message})
        elif name.startswith("gen_ai.") and name.endswith(".message"):
            given.append({"role": name.split(".")[1], **plain})
    return ModelCall(given=given, said=said, tools=[]) if given or said else None


DIALECTS: tuple[Callable[[Span], ModelCall | None], ...] = (
    semantic_conventions,
    openinference,
    traceloop,
    agent_development_kit,
    span_events,
)
"""Richest first: where one model call has spans in several dialects, the first one counts."""


def _numbered(attributes: Attributes, prefix: str) -> list[Attributes]:
    """Return the groups of attributes `PREFIX0.…`, `PREFIX1.…` without their prefix."""
    groups: dict[int, Attributes] = {}
    for key, value in attributes.items():
        if key.startswith(prefix):
            place, _, rest = key[len(prefix) :].partition(".")
            if place.isdigit() and rest:
                groups.setdefault(int(place), {})[rest] = value
    return [groups[place] for place in sorted(groups)]
