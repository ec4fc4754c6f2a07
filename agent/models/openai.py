"""OpenAI's chat completions, and every server that speaks them, through OpenAI's own SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import TYPE_CHECKING

from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
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
    from openai import AsyncOpenAI, AsyncStream
    from openai.types import CompletionUsage
    from openai.types.chat import (
        ChatCompletion,
        ChatCompletionChunk,
        ChatCompletionContentPartParam,
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
        ChatCompletionToolUnionParam,
    )
    from openai.types.chat.completion_create_params import ResponseFormat

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "content_filter",
}


class OpenAIModel:
    """One model of OpenAI, or of a server that speaks its protocol.

    With `streams=False` the message comes whole, for servers that cannot stream tool calls.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        name: str,
        price: Price | None = None,
        max_output_tokens: int | None = None,
        streams: bool = True,
    ) -> None:
        self._client = client
        self._model = model
        self._name = name
        self._price = price
        self._max_output_tokens = max_output_tokens
        self._streams = streams
        self._tools: tuple[tuple[ToolSpec, ...], list[ChatCompletionToolUnionParam]] = ((), [])

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
        drafts, reason, usage = CallDrafts(), "", None
        has_said = is_refused = False
        async with await self._open(request) as stream:
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
        calls = drafts.calls(prefix="call", is_cut=reason == "length")
        for one in ending(self._name, _REASONS.get(reason), has_said, calls):
            yield one
        yield self._finished(reason, usage, calls)

    async def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        answer = await self._ask(request)
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
        calls = drafts.calls(prefix="call", is_cut=reason == "length")
        for one in ending(self._name, _REASONS.get(reason), bool(message.content), calls):
            yield one
        yield self._finished(reason, answer.usage, calls)

    async def _open(self, request: ModelRequest) -> AsyncStream[ChatCompletionChunk]:
        from openai import omit

        return await self._client.chat.completions.create(
            model=self._model,
            messages=list(_messages(request.messages)),
            tools=self._bound(request.tools) if request.tools else omit,
            response_format=_format(request) if request.output is not None else omit,
            max_completion_tokens=self._max_output_tokens or omit,
            stream=True,
            stream_options={"include_usage": True},
        )

    async def _ask(self, request: ModelRequest) -> ChatCompletion:
        from openai import omit

        return await self._client.chat.completions.create(
            model=self._model,
            messages=list(_messages(request.messages)),
            tools=self._bound(request.tools) if request.tools else omit,
            response_format=_format(request) if request.output is not None else omit,
            max_completion_tokens=self._max_output_tokens or omit,
        )

    def _bound(self, tools: tuple[ToolSpec, ...]) -> list[ChatCompletionToolUnionParam]:
        if self._tools[0] != tools:
            self._tools = (tools, [_tool(tool) for tool in tools])
        return self._tools[1]

    def _finished(
        self, reason: str, usage: CompletionUsage | None, calls: Sequence[ToolCall]
    ) -> Finished:
        told = _REASONS[reason]
        counts = _counts(usage)
        finished = Finished(
            reason="tool_calls" if calls and told == "stop" else told,
            input_tokens=counts[0],
            output_tokens=counts[1],
            cached_tokens=counts[2],
        )
        return finished if self._price is None else self._price.of(finished)


def _counts(usage: CompletionUsage | None) -> tuple[int, int, int]:
    if usage is None:
        return 0, 0, 0
    details = usage.prompt_tokens_details
    cached = details.cached_tokens if details and details.cached_tokens else 0
    return usage.prompt_tokens, usage.completion_tokens, cached


def _reasoning(said: object) -> str:
    """Return what servers give beside the protocol when their model thinks aloud."""
    for field in ("reasoning_content", "reasoning"):
        text: object = getattr(said, field, None)
        if isinstance(text, str):
            return text
    return ""


def _messages(messages: Sequence[Message]) -> Iterator[ChatCompletionMessageParam]:
    for message in messages:
        match message:
            case SystemMessage(text=text):
                yield {"role": "system", "content": text}
            case UserMessage(text=text, images=()):
                yield {"role": "user", "content": text}
            case UserMessage():
                yield {"role": "user", "content": list(_with_images(message))}
            case AssistantMessage(text=text, tool_calls=()):
                yield {"role": "assistant", "content": text}
            case AssistantMessage(text=text, tool_calls=calls):
                yield {
                    "role": "assistant",
                    "content": text or None,
                    "tool_calls": [_call(call) for call in calls],
                }
            case ToolMessage():
                yield {"role": "tool", "tool_call_id": message.call_id, "content": message.text}


def _with_images(message: UserMessage) -> Iterator[ChatCompletionContentPartParam]:
    if message.text:
        yield {"type": "text", "text": message.text}
    for image in message.images:
        url = f"data:{image.media_type};base64,{image.data}"
        yield {"type": "image_url", "image_url": {"url": url}}


def _call(call: ToolCall) -> ChatCompletionMessageFunctionToolCallParam:
    return {
        "type": "function",
        "id": call.call_id,
        "function": {"name": call.name, "arguments": json.dumps(call.args, ensure_ascii=False)},
    }


def _tool(tool: ToolSpec) -> ChatCompletionToolUnionParam:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": {**tool.parameters},
        },
    }


def _format(request: ModelRequest) -> ResponseFormat:
    schema = request.output or {}
    return {
        "type": "json_schema",
        "json_schema": {
            "name": "answer",
            "schema": {**schema},
            "strict": schema.get("additionalProperties") is False,
        },
    }
