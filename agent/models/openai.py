"""OpenAI's chat completions, and every server that speaks them, through OpenAI's own SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import TYPE_CHECKING

from surefoot.messages import ToolCall
from surefoot.model import (
    Finished,
    FinishReason,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .drafts import CallDrafts, ending
from .hosted import HostedModel, Manner, Written
from .openai_wire import Body, written_format, written_messages, written_tool

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionFunctionToolParam

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "content_filter",
}


class OpenAIModel(HostedModel["AsyncOpenAI"]):
    """One model of OpenAI, or of a server that speaks its protocol.

    `speaks_all` is True for OpenAI itself: it holds models to strict schemas, and is told of tools
    that may not be called any more. Other servers may know neither.
    """

    def __init__(self, client: AsyncOpenAI, manner: Manner, *, speaks_all: bool = False) -> None:
        super().__init__(client, manner)
        self._speaks_all = speaks_all
        self._written: Written[ChatCompletionFunctionToolParam] = Written()

    def body(self, request: ModelRequest) -> Body:
        """Return the request as the protocol writes it."""
        body: Body = {
            "model": self._manner.model,
            "messages": list(written_messages(request.messages)),
        }
        if request.tools:
            body["tools"] = self._tools(request.tools)
        elif request.past_tools and self._speaks_all:
            body["tools"] = self._tools(request.past_tools)
            body["tool_choice"] = "none"
        if request.output is not None:
            body["response_format"] = written_format(request.output)
        if self._manner.max_output_tokens is not None:
            body["max_completion_tokens"] = self._manner.max_output_tokens
        if self._manner.effort is not None:
            body["reasoning_effort"] = self._manner.effort
        return body

    def read(self, answer: ChatCompletion) -> Iterator[ModelPart]:
        """Yield the parts of a message that came whole. Raises a `ProviderFault`."""
        choice = answer.choices[0]
        message = choice.message
        drafts = CallDrafts()
        for index, call in enumerate(message.tool_calls or ()):
            if call.type == "function":
                function = call.function
                drafts.add(index, call_id=call.id, name=function.name, json=function.arguments)
        if thought := _reasoning(message):
            yield ReasoningDelta(thought)
        if message.content:
            yield TextDelta(message.content)
        reason = "content_filter" if message.refusal else str(choice.finish_reason or "")
        yield from self._end(drafts, reason, bool(message.content), answer.usage)

    async def _streamed(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        drafts, reason, usage = CallDrafts(), "", None
        has_said = is_refused = False
        opened = await self.client.chat.completions.create(
            **self.body(request), stream=True, stream_options={"include_usage": True}
        )
        async with opened as stream:
            async for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    delta = choice.delta
                    is_refused = is_refused or bool(delta.refusal)
                    reason = "content_filter" if is_refused else choice.finish_reason or reason
                    if thought := _reasoning(delta):
                        yield ReasoningDelta(thought)
                    if delta.content:
                        has_said = True
                        yield TextDelta(delta.content)
                    for call in delta.tool_calls or ():
                        function = call.function
                        drafts.add(
                            call.index if call.index is not None else call.id,
                            call_id=call.id,
                            name=function.name if function else None,
                            json=function.arguments if function else None,
                        )
        for part in self._end(drafts, reason, has_said, usage):
            yield part

    async def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        for part in self.read(await self.client.chat.completions.create(**self.body(request))):
            yield part

    def _tools(self, tools: tuple[ToolSpec, ...]) -> list[ChatCompletionFunctionToolParam]:
        return self._written.known(tools) or self._written.keep(
            tools, [written_tool(tool, strict=self._speaks_all) for tool in tools]
        )

    def _end(
        self, drafts: CallDrafts, reason: str, has_said: bool, usage: CompletionUsage | None
    ) -> Iterator[ModelPart]:
        calls = drafts.calls(prefix="call", is_cut=reason == "length")
        yield from ending(self.name, _REASONS.get(reason), has_said, calls)
        yield self._priced(_finished(_REASONS[reason], usage, calls))


def _finished(
    reason: FinishReason, usage: CompletionUsage | None, calls: Sequence[ToolCall]
) -> Finished:
    reason = "tool_calls" if calls and reason == "stop" else reason
    if usage is None:
        return Finished(reason=reason)
    details = usage.prompt_tokens_details
    return Finished(
        reason=reason,
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
    )


def _reasoning(said: object) -> str:
    """Return what servers give beside the protocol when their model thinks aloud."""
    for field in ("reasoning_content", "reasoning"):
        text: object = getattr(said, field, None)
        if isinstance(text, str):
            return text
    return ""
