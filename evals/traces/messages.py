"""Messages: the conversation of any chat format, read into steps with their calls."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from .fields import arguments, is_arguments, rows, table, tables, text
from .trace import Call, CallResult, Source, ToolDefinition, TraceStep

_ROLES: dict[str, Source] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "agent",
    "ai": "agent",
    "AIMessageChunk": "agent",
    "model": "agent",
    "agent": "agent",
}
_RESULTS = {"tool", "function", "ToolMessage"}


@dataclass(slots=True, kw_only=True)
class _Draft:
    call: Call
    result: CallResult | None = None

    def made(self) -> Call:
        if self.result is None:
            return self.call
        call = self.call
        return Call(
            call_id=call.call_id,
            tool=call.tool,
            args=call.args,
            args_error=call.args_error,
            result=self.result,
            requested_by=call.requested_by,
            approval=call.approval,
        )


@dataclass(slots=True)
class Conversation:
    """Takes messages one by one and pairs every result with its call."""

    _steps: list[tuple[Source, str, list[_Draft]]] = field(default_factory=list)
    _open: list[_Draft] = field(default_factory=list)
    strange: int = 0
    """Messages that could not be understood."""

    def add(self, message: object) -> None:
        """Take one message of any known shape."""
        body = _unwrapped(message)
        role = text(body.get("role")) or text(body.get("type"))
        if role in _RESULTS:
            blocks = [one for one in tables(body.get("parts")) if _is_result(one)]
            for block in blocks or [body]:
                self._result(block)
        elif role in _ROLES:
            self._say(_ROLES[role], body)
        else:
            self.strange += 1

    def steps(self) -> tuple[TraceStep, ...]:
        """Return what has been said so far."""
        return tuple(
            TraceStep(source=source, text=said, calls=tuple(draft.made() for draft in drafts))
            for source, said, drafts in self._steps
        )

    def _say(self, source: Source, body: dict[str, object]) -> None:
        content = body.get("content", body.get("parts"))
        drafts = [_Draft(call=call) for call in calls_of(body, source, len(self._steps))]
        self._steps.append((source, text_of(content), drafts))
        self._open += drafts
        for block in tables(content):
            if _is_result(block):
                self._result(block)
            elif "function_response" in block or "functionResponse" in block:
                self._result(table(block.get("function_response", block.get("functionResponse"))))

    def _result(self, body: dict[str, object]) -> None:
        ids = [body.get(key) for key in ("tool_call_id", "tool_use_id", "call_id", "id")]
        ids += rows(body.get("tool_call_ids"))
        wanted = {text(one) for one in ids if text(one)}
        called = table(body.get("tool_call"))
        named = body.get("name") or body.get("function") or called.get("function")
        draft = self._paired(wanted, text(named))
        if draft is None:
            draft = self._loose(body, text(named), next(iter(sorted(wanted)), ""), called)
        else:
            self._open.remove(draft)
        draft.result = _result_of(body)

    def _paired(self, ids: set[str], name: str) -> _Draft | None:
        for draft in self._open:
            if draft.call.call_id in ids:
                return draft
        nameless = [d for d in self._open if d.call.call_id.startswith("#") or not ids]
        for draft in nameless:
            if not name or draft.call.tool == name:
                return draft
        return None

    def _loose(
        self, body: dict[str, object], name: str, call_id: str, called: dict[str, object]
    ) -> _Draft:
        """Keep a result whose call was not recorded."""
        args, error = arguments(called.get("args"))
        call = Call(call_id=call_id or "#loose", tool=name, args=args, args_error=error)
        draft = _Draft(call=call)
        if not self._steps or self._steps[-1][0] != "agent":
            self._steps.append(("agent", "", []))
        self._steps[-1][2].append(draft)
        return draft


def steps_of(messages: Iterable[object]) -> tuple[TraceStep, ...]:
    """Read a whole conversation."""
    conversation = Conversation()
    for message in messages:
        conversation.add(message)
    return conversation.steps()


def final_answer(steps: tuple[TraceStep, ...]) -> str | None:
    """Return what the agent said last, unless it was still calling tools."""
    for step in reversed(steps):
        if step.source == "agent":
            return step.text if not step.calls else None
    return None


def calls_of(body: dict[str, object], source: Source, place: int) -> list[Call]:
    """Return the tool calls that a message holds, in any of their spellings."""
    listed = tables(body.get("tool_calls"))
    if not listed and isinstance(body.get("function_call"), dict):
        listed = [{"function": body["function_call"]}]
    if not listed:
        extra = table(body.get("additional_kwargs"))
        listed = tables(extra.get("tool_calls"))
    broken = tables(body.get("invalid_tool_calls"))
    content = tables(body.get("content", body.get("parts")))
    blocks = [] if listed else [call for block in content for call in _block_call(block)]
    return [
        _call(one, source, f"#{place}.{number}")
        for number, one in enumerate(chain(listed, broken, blocks))
    ]


def _block_call(block: dict[str, object]) -> list[dict[str, object]]:
    if block.get("type") in ("tool_use", "tool_call"):
        return [block]
    call = block.get("function_call", block.get("functionCall"))
    return [call] if isinstance(call, dict) else []


def _call(one: dict[str, object], source: Source, otherwise: str) -> Call:
    inner = one.get("function")
    function = inner if isinstance(inner, dict) else {}
    name = text(function.get("name")) or text(inner) or text(one.get("name"))
    given: object = None
    for holder, key in ((function, "arguments"), (one, "arguments"), (one, "args"), (one, "input")):
        if key in holder:
            given = holder[key]
            break
    args, error = arguments(given)
    if isinstance(one.get("error"), str) and "args" in one and not is_arguments(given):
        error = error or text(one["error"])
    if text(one.get("parse_error")):
        error = error or text(one["parse_error"])
    by: Source = "user" if one.get("requestor") == "user" or source == "user" else "agent"
    call_id = text(one.get("id")) or text(one.get("tool_call_id")) or otherwise
    return Call(call_id=call_id, tool=name, args=args, args_error=error, requested_by=by)


def _result_of(body: dict[str, object]) -> CallResult:
    said = text_of(body.get("content", body.get("result", body.get("response"))))
    failed = body.get("error")
    error: str | None = None
    code = ""
    if isinstance(failed, dict):
        error = text(failed.get("message")) or json.dumps(failed, ensure_ascii=False)
        code = text(failed.get("type"))
    elif isinstance(failed, str) and failed:
        error = failed
    elif failed is True or body.get("is_error") is True or body.get("status") == "error":
        error = said or "The tool reported an error."
    return CallResult(text=said, error=error, code=code)


def text_of(content: object) -> str:
    """Return the words of a message's content: a string, blocks, parts or anything else."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(said for block in content if (said := _block_text(block)))
    if isinstance(content, dict):
        return _block_text(content) or json.dumps(content, ensure_ascii=False, default=str)
    return text(content) or str(content)


def _block_text(block: object) -> str:
    if isinstance(block, str):
        return block
    body = table(block)
    for key in ("text", "content"):
        if isinstance(body.get(key), str):
            return text(body[key])
    if _is_result(body):
        return ""
    if isinstance(body.get("content"), list):
        return text_of(body["content"])
    return ""


def _is_result(block: dict[str, object]) -> bool:
    return block.get("type") in ("tool_result", "tool_call_response")


def _unwrapped(message: object) -> dict[str, object]:
    """Return a message's own fields, out of what serialisers put around them."""
    body = table(message)
    if body.get("lc") == 1 and isinstance(body.get("kwargs"), dict):
        kind = text((rows(body.get("id")) or [""])[-1])
        inner = dict(table(body["kwargs"]))
        inner.setdefault("type", kind.removesuffix("Message").removesuffix("Chunk").lower())
        return inner
    if "role" not in body and isinstance(body.get("data"), dict):
        inner = dict(table(body["data"]))
        inner.setdefault("type", body.get("type"))
        return inner
    return body


def tools_of(listed: object) -> tuple[ToolDefinition, ...]:
    """Read tool definitions as OpenAI, Anthropic, Inspect or Google write them."""
    found: list[ToolDefinition] = []
    for one in tables(listed):
        declared = tables(one.get("function_declarations"))
        for tool in declared or [one]:
            body = table(tool.get("function")) or tool
            schema = body.get("parameters", body.get("input_schema", body.get("inputSchema")))
            if text(body.get("name")):
                found.append(
                    ToolDefinition(
                        name=text(body["name"]),
                        description=text(body.get("description")),
                        parameters=schema if is_arguments(schema) else None,
                    )
                )
    return tuple(found)
