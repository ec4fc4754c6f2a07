"""Chat models, as the graph sees them: one request in, a stream of parts out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import JsonValue

from .messages import Message, Thought, ToolCall, UserMessage
from .scope import Scope

FinishReason = Literal["stop", "tool_calls", "length", "content_filter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told about it."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments, an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a call to a model is made for; routing, budgets and caches go by it."""

    run_id: str = ""
    scope: Scope | None = None
    purpose: Literal["think", "answer", "repair", "review"] = "think"
    """`answer`: no more tools; `repair`: failed sentences are to be written again; `review`: one
    claim is to be judged."""
    troubles: int = 0
    """Failed checks, refused plans and rounds without progress so far."""
    is_pure: bool = True
    """False once the run has called a tool with side effects, or may have."""
    changing: frozenset[str] = frozenset()
    """The tools on offer that have side effects; a message that calls one is nothing to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One call to a model."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    past_tools: tuple[ToolSpec, ...] = ()
    """Tools that were offered before and may not be called now; the conversation may hold calls of
    them, which some providers refuse to read without their definitions."""
    output: dict[str, JsonValue] | None = None
    """JSON Schema that the text of the message must follow, where the model can be held to one."""
    occasion: Occasion = Occasion()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more text of the model's message."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Some more of what the model thinks aloud; no part of its message."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The message is told again from its start: what has been streamed of it is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of the model's message. A stream without one was cut off."""

    reason: FinishReason
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Input tokens that the provider read from its prompt cache."""
    stored_tokens: int = 0
    """Input tokens that the provider wrote to its prompt cache."""
    cost_usd: float | None = None
    """None when no price is known."""
    model: str = ""
    """Who answered, where a name stands for several models."""
    how: tuple[str, ...] = ()
    """What happened on the way, in order: a route taken, faults survived, a cache that knew."""


ModelPart = TextDelta | ReasoningDelta | Thought | Restarted | ToolCall | Finished


class ChatModel(Protocol):
    """Anything that continues a conversation."""

    @property
    def name(self) -> str:
        """How traces call it, such as `openai:gpt-5`."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the parts of the next message, `Finished` last. Raises `ModelError`."""
        ...


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text takes: a quarter of its bytes, whatever the tokenizer."""
    size = len(text) if text.isascii() else len(text.encode())
    return (size + 3) // 4


IMAGE_TOKENS = 1600
"""About what a picture takes at most, with the providers that say."""


def image_tokens(message: Message) -> int:
    """Return about how many tokens the pictures of a message take."""
    return IMAGE_TOKENS * len(message.images) if isinstance(message, UserMessage) else 0
