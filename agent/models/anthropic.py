"""Anthropic's messages, through Anthropic's own SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from surefoot.messages import Thought
from surefoot.model import (
    Finished,
    FinishReason,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .anthropic_wire import (
    PROVIDER,
    Body,
    begins_with_thought,
    written_instructions,
    written_tool,
    written_turns,
)
from .drafts import CallDrafts, ending
from .hosted import HostedModel, Manner, Written

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import Message as Answer
    from anthropic.types import (
        MessageDeltaUsage,
        OutputConfigParam,
        RawContentBlockDelta,
        ToolParam,
        Usage,
    )

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}

MAX_OUTPUT_TOKENS = 8192


class AnthropicModel(HostedModel["AsyncAnthropic"]):
    """One model of Anthropic.

    What does not change from call to call comes first and is marked for the prompt cache: the
    tools, the instructions, and the conversation up to its last message. `thinking_tokens` is for
    models that think by a budget; others take an `effort`.
    """

    def __init__(
        self,
        client: AsyncAnthropic,
        manner: Manner,
        *,
        thinking_tokens: int | None = None,
    ) -> None:
        super().__init__(client, manner)
        self._thinking_tokens = thinking_tokens
        self._written: Written[ToolParam] = Written()

    def body(self, request: ModelRequest) -> Body:
        """Return the request as the protocol writes it."""
        body: Body = {
            "model": self._manner.model,
            "max_tokens": self._manner.max_output_tokens or MAX_OUTPUT_TOKENS,
            "messages": written_turns(request.messages),
        }
        if system := written_instructions(request.messages):
            body["system"] = system
        if tools := request.tools or request.past_tools:
            body["tools"] = self._tools(tools)
        if tools and not request.tools:
            body["tool_choice"] = {"type": "none"}
        if output := self._output(request):
            body["output_config"] = output
        self._think(body, request)
        return body

    def read(self, answer: Answer) -> Iterator[ModelPart]:
        """Yield the parts of a message that came whole. Raises a `ProviderFault`."""
        drafts, has_said = CallDrafts(), False
        for block in answer.content:
            if block.type == "text" and block.text:
                has_said = True
                yield TextDelta(block.text)
            elif block.type == "thinking":
                thinking = _Thinking(block.thinking, block.signature)
                yield ReasoningDelta(block.thinking)
                yield from thinking.ended()
            elif block.type == "redacted_thinking":
                yield Thought(provider=PROVIDER, seal=block.data, is_hidden=True)
            elif block.type == "tool_use":
                drafts.add(
                    len(drafts), call_id=block.id, name=block.name, json=json.dumps(block.input)
                )
        tokens = _Tokens()
        tokens.take(answer.usage)
        yield from self._end(drafts, str(answer.stop_reason or ""), has_said, tokens)

    async def _streamed(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        drafts, tokens, reason, has_said = CallDrafts(), _Tokens(), "", False
        thinking: _Thinking | None = None
        async with await self.client.messages.create(**self.body(request), stream=True) as stream:
            async for event in stream:
                if event.type == "message_start":
                    tokens.take(event.message.usage)
                elif event.type == "content_block_start":
                    block = event.content_block
                    if block.type == "tool_use":
                        drafts.add(event.index, call_id=block.id, name=block.name)
                    elif block.type == "thinking":
                        thinking = _Thinking()
                    elif block.type == "redacted_thinking":
                        yield Thought(provider=PROVIDER, seal=block.data, is_hidden=True)
                elif event.type == "content_block_delta":
                    delta = event.delta
                    if delta.type == "text_delta":
                        has_said = has_said or bool(delta.text)
                        yield TextDelta(delta.text)
                    elif delta.type == "input_json_delta":
                        drafts.add(event.index, json=delta.partial_json)
                    elif thinking is not None and (words := thinking.take(delta)):
                        yield ReasoningDelta(words)
                elif event.type == "content_block_stop" and thinking is not None:
                    for thought in thinking.ended():
                        yield thought
                    thinking = None
                elif event.type == "message_delta":
                    reason = event.delta.stop_reason or reason
                    tokens.take(event.usage)
        for part in self._end(drafts, reason, has_said, tokens):
            yield part

    async def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        for part in self.read(await self.client.messages.create(**self.body(request))):
            yield part

    def _tools(self, tools: tuple[ToolSpec, ...]) -> list[ToolParam]:
        return self._written.known(tools) or self._written.keep(
            tools, [written_tool(tool) for tool in tools]
        )

    def _output(self, request: ModelRequest) -> OutputConfigParam:
        output: OutputConfigParam = {}
        if request.output is not None:
            output["format"] = {"type": "json_schema", "schema": {**request.output}}
        if self._manner.effort is not None:
            output["effort"] = self._manner.effort
        return output

    def _think(self, body: Body, request: ModelRequest) -> None:
        """Say how the model is to think; thoughts count as output, and are allowed for."""
        if self._thinking_tokens is not None:
            if begins_with_thought(request.messages):
                body["thinking"] = {"type": "enabled", "budget_tokens": self._thinking_tokens}
                body["max_tokens"] += self._thinking_tokens
        elif self._manner.effort is not None:
            body["thinking"] = {"type": "adaptive", "display": "summarized"}

    def _end(
        self, drafts: CallDrafts, reason: str, has_said: bool, tokens: _Tokens
    ) -> Iterator[ModelPart]:
        calls = drafts.calls(prefix="toolu", is_cut=reason == "max_tokens")
        yield from ending(self.name, _REASONS.get(reason), has_said, calls)
        yield self._priced(tokens.finished(_REASONS[reason]))


class _Thinking:
    """A thought as it comes in."""

    def __init__(self, text: str = "", seal: str = "") -> None:
        self._text = text
        self._seal = seal

    def take(self, delta: RawContentBlockDelta) -> str:
        """Take some more of it; return what of that are words."""
        if delta.type == "signature_delta":
            self._seal += delta.signature
        elif delta.type == "thinking_delta":
            self._text += delta.thinking
            return delta.thinking
        return ""

    def ended(self) -> Iterator[Thought]:
        """Yield the thought, if it is sealed; servers that do not seal want none back."""
        if self._seal:
            yield Thought(provider=PROVIDER, text=self._text, seal=self._seal)


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

    def finished(self, reason: FinishReason) -> Finished:
        return Finished(
            reason=reason,
            input_tokens=self.fresh + self.cached + self.stored,
            output_tokens=self.output,
            cached_tokens=self.cached,
            stored_tokens=self.stored,
        )
