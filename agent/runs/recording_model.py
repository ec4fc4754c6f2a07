"""Recorded models: every message taken down, with all of the request that it may depend on."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from surefoot.messages import Message, Thought, ToolCall
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    Restarted,
    TextDelta,
    ToolSpec,
)

from .recording import Entry, Tape, failed
from .recording_callers import Callers

PARTS: dict[str, type[ModelPart]] = {
    kind.__name__: kind
    for kind in (TextDelta, ReasoningDelta, Thought, Restarted, ToolCall, Finished)
}


def plain_request(request: ModelRequest) -> dict[str, JsonValue]:
    """Return all of a request that a model's answer may depend on."""
    return {
        "messages": [plain_message(message) for message in request.messages],
        "tools": [plain_spec(spec) for spec in request.tools],
        "output": request.output,
        "purpose": request.occasion.purpose,
    }


def plain_message(message: Message) -> JsonValue:
    """Return a message as JSON, with its kind; without thoughts it looks as it always did."""
    plain = {"kind": type(message).__name__, **to_jsonable_python(message)}
    if not plain.get("thoughts"):
        plain.pop("thoughts", None)
    return plain


def plain_spec(spec: ToolSpec) -> JsonValue:
    """Return a tool as a model is told about it."""
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }


class RecordedModel:
    """A model whose messages are taken down. What a request repeats is kept once."""

    def __init__(self, inner: ChatModel, tape: Tape, callers: Callers) -> None:
        self._inner = inner
        self._tape = tape
        self._callers = callers
        self._before: list[JsonValue] = []
        self._tools: JsonValue = None

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._inner.name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Pass on the parts of the message."""
        by = self._callers.review()
        parts: list[JsonValue] = []
        cuts: list[tuple[int, int]] = []
        error: dict[str, JsonValue] | None = None
        try:
            async for part in self._inner.stream(request):
                if not cuts or cuts[-1][1] != self._tape.turns:
                    cuts.append((len(parts), self._tape.turns))
                parts.append({"kind": type(part).__name__, **to_jsonable_python(part)})
                yield part
        except BaseException as raised:
            error = failed(raised)
            raise
        finally:
            alone = not cuts or cuts == [(0, self._tape.turns)]
            entry = Entry(
                boundary="model",
                name=self.name,
                given=self._given(request),
                back=parts,
                error=error,
                by=by,
                cuts=() if alone else cuts,
            )
            self._tape.note(entry, flush=True)

    def _given(self, request: ModelRequest) -> dict[str, JsonValue]:
        body = plain_request(request)
        messages = body["messages"]
        assert isinstance(messages, list)
        same = 0
        for old, new in zip(self._before, messages, strict=False):
            if old != new:
                break
            same += 1
        self._before = messages
        given: dict[str, JsonValue] = {
            **body,
            "messages": messages[same:],
            "same": same,
        }
        if body["tools"] == self._tools:
            given["tools"] = "same"
        self._tools = body["tools"]
        return given
