"""Anthropic's messages, through Anthropic's own SDK."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from surefoot.errors import InputError
from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from surefoot.model import (
    Finished,
    FinishReason,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .diagnosis import diagnosed
from .drafts import CallDrafts, ending
from .prices import Price

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream, Omit
    from anthropic.types import (
        CacheControlEphemeralParam,
        ContentBlockParam,
        MessageDeltaUsage,
        MessageParam,
        OutputConfigParam,
        RawMessageStreamEvent,
        TextBlockParam,
        ToolParam,
        Usage,
    )
    from anthropic.types import Message as Answer

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


class AnthropicModel:
    """One model of Anthropic.

    What does not change from call to call comes first and is marked for the prompt cache: the
    tools, the instructions, and the conversation up to its last message.
    """

    def __init__(
        self,
        client: AsyncAnthropic,
        *,
        model: str,
        name: str,
        price: Price | None = None,
        max_output_tokens: int = 8192,
        streams: bool = True,
    ) -> None:
        self._client = client
        self._model = model
        self._name = name
        self._price = price
        self._max_output_tokens = max_output_tokens
        self._streams = streams
        self._tools: tuple[tuple[ToolSpec, ...], list[ToolParam]] = ((), [])

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.close()

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message. Raises a `ProviderFault`."""
        parts = self._streamed(request) if self._streams else self._whole(request)
        return diagnosed(self._name, parts)

    async def _streamed(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        drafts, tokens, reason, has_said = CallDrafts(), _Tokens(), "", False
        async with await self._open(request) as stream:
            async for event in stream:
                if event.type == "message_start":
                    tokens.take(event.message.usage)
                elif event.type == "content_block_start":
                    block = event.content_block
                    if block.type == "tool_use":
                        drafts.add(event.index, call_id=block.id, name=block.name)
                elif event.type == "content_block_delta":
                    delta = event.delta
                    if delta.type == "text_delta":
                        has_said = has_said or bool(delta.text)
                        yield TextDelta(delta.text)
                    elif delta.type == "thinking_delta":
                        yield ReasoningDelta(delta.thinking)
                    elif delta.type == "input_json_delta":
                        drafts.add(event.index, json=delta.partial_json)
                elif event.type == "message_delta":
                    reason = event.delta.stop_reason or reason
                    tokens.take(event.usage)
        calls = drafts.calls(prefix="toolu", is_cut=reason == "max_tokens")
        for one in ending(self._name, _REASONS.get(reason), has_said, calls):
            yield one
        yield self._finished(reason, tokens)

    async def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        answer = await self._ask(request)
        drafts, has_said = CallDrafts(), False
        for block in answer.content:
            if block.type == "text" and block.text:
                has_said = True
                yield TextDelta(block.text)
            elif block.type == "thinking":
                yield ReasoningDelta(block.thinking)
            elif block.type == "tool_use":
                drafts.add(
                    len(drafts), call_id=block.id, name=block.name, json=json.dumps(block.input)
                )
        reason, tokens = str(answer.stop_reason or ""), _Tokens()
        tokens.take(answer.usage)
        calls = drafts.calls(prefix="toolu", is_cut=reason == "max_tokens")
        for one in ending(self._name, _REASONS.get(reason), has_said, calls):
            yield one
        yield self._finished(reason, tokens)

    async def _open(self, request: ModelRequest) -> AsyncStream[RawMessageStreamEvent]:
        return await self._client.messages.create(
            model=self._model,
            max_tokens=self._max_output_tokens,
            system=_system(request.messages),
            messages=_conversation(request.messages),
            tools=self._bound(request.tools),
            output_config=_output(request),
            stream=True,
        )

    async def _ask(self, request: ModelRequest) -> Answer:
        return await self._client.messages.create(
            model=self._model,
            max_tokens=self._max_output_tokens,
            system=_system(request.messages),
            messages=_conversation(request.messages),
            tools=self._bound(request.tools),
            output_config=_output(request),
        )

    def _bound(self, tools: tuple[ToolSpec, ...]) -> list[ToolParam] | Omit:
        if not tools:
            from anthropic import omit

            return omit
        if self._tools[0] != tools:
            self._tools = (tools, [_tool(tool) for tool in tools])
        return self._tools[1]

    def _finished(self, reason: str, tokens: _Tokens) -> Finished:
        finished = Finished(
            reason=_REASONS[reason],
            input_tokens=tokens.fresh + tokens.cached + tokens.stored,
            output_tokens=tokens.output,
            cached_tokens=tokens.cached,
            stored_tokens=tokens.stored,
        )
        return finished if self._price is None else self._price.of(finished)


class _Tokens:
    """Usage as it is told: the input at the start, the output at the end, either again later."""

    __slots__ = ("cached", "fresh", "output", "stored")

    def __init__(self) -> None:
        self.fresh = self.cached = self.stored = self.output = 0

    def take(self, usage: Usage | MessageDeltaUsage | None) -> None:
        if usage is None:
            return
        self.fresh = usage.input_tokens or self.fresh
        self.cached = usage.cache_read_input_tokens or self.cached
        self.stored = usage.cache_creation_input_tokens or self.stored
        self.output = usage.output_tokens or self.output


def _system(messages: Sequence[Message]) -> list[TextBlockParam] | Omit:
    """Return the instructions; the tools come before them, so one mark keeps both."""
    texts = [message.text for message in messages if isinstance(message, SystemMessage)]
    if not any(texts):
        from anthropic import omit

        return omit
    blocks: list[TextBlockParam] = [{"type": "text", "text": text} for text in texts if text]
    blocks[-1]["cache_control"] = _kept()
    return blocks


def _conversation(messages: Sequence[Message]) -> list[MessageParam]:
    """Return the turns, neighbours of one side joined, as the protocol asks."""
    told: list[tuple[str, list[ContentBlockParam]]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        side = "assistant" if isinstance(message, AssistantMessage) else "user"
        if not told or told[-1][0] != side:
            told.append((side, []))
        told[-1][1].extend(_blocks(message))
    turns = [_turn(side, blocks) for side, blocks in told if blocks]
    if told and told[-1][1]:
        _keep(told[-1][1][-1])
    return turns


def _turn(side: str, blocks: list[ContentBlockParam]) -> MessageParam:
    if side == "assistant":
        return {"role": "assistant", "content": blocks}
    return {"role": "user", "content": blocks}


def _keep(block: ContentBlockParam) -> None:
    """Mark the conversation up to here for the prompt cache."""
    if isinstance(block, dict) and (
        block["type"] == "text" or block["type"] == "tool_result" or block["type"] == "image"
    ):
        block["cache_control"] = _kept()


def _kept() -> CacheControlEphemeralParam:
    return {"type": "ephemeral"}


def _blocks(message: Message) -> Iterator[ContentBlockParam]:
    match message:
        case SystemMessage():
            pass
        case UserMessage(text=text, images=images):
            for image in images:
                yield {
                    "type": "image",
                    "source": {
                        "type": "base64",
                        "media_type": _media(image.media_type),
                        "data": image.data,
                    },
                }
            if text:
                yield {"type": "text", "text": text}
        case AssistantMessage(text=text, tool_calls=calls):
            if text.strip():
                yield {"type": "text", "text": text.rstrip()}
            for call in calls:
                yield {
                    "type": "tool_use",
                    "id": _sound_id(call.call_id),
                    "name": call.name,
                    "input": {**call.args},
                }
        case ToolMessage():
            yield {
                "type": "tool_result",
                "tool_use_id": _sound_id(message.call_id),
                "content": message.text or "(nothing)",
                "is_error": message.is_error,
            }


def _media(name: str) -> Literal["image/jpeg", "image/png", "image/gif", "image/webp"]:
    match name:
        case "image/jpeg" | "image/png" | "image/gif" | "image/webp":
            return name
        case _:
            raise InputError(f"Anthropic takes no {name!r}; send JPEG, PNG, GIF or WebP.")


def _sound_id(call_id: str) -> str:
    """Return the id as the protocol takes it; calls of another provider may have stranger ones."""
    return _NOT_IN_AN_ID.sub("_", call_id)


def _tool(tool: ToolSpec) -> ToolParam:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {"type": "object", **tool.parameters},
    }


def _output(request: ModelRequest) -> OutputConfigParam | Omit:
    if request.output is None:
        from anthropic import omit

        return omit
    return {"format": {"type": "json_schema", "schema": {**request.output}}}
