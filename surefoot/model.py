"""Chat models, as the graph sees them: one request in, a stream of parts out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import JsonValue

from .messages import Message, ToolCall

FinishReason = Literal["stop", "tool_calls", "length", "content_filter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told about it."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments, an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One call to a model."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more text of the model's message."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of the model's message. A stream without one was cut off."""

    reason: FinishReason
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None when no price is known."""


ModelPart = TextDelta | ToolCall | Finished


class ChatModel(Protocol):
    """Anything that continues a conversation."""

    @property
    def name(self) -> str:
        """How traces call it, such as `openai:gpt-5`."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the parts of the next message, `Finished` last. Raises `ModelError`."""
        ...
