"""LangChain models: any `BaseChatModel` as a Surefoot chat model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
)
from langchain_core.messages import SystemMessage as LCSystemMessage
from langchain_core.messages import ToolMessage as LCToolMessage
from langchain_core.runnables import Runnable

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
    TextDelta,
    ToolSpec,
    image_tokens,
)

from .diagnosis import BLIND_ADVICE, diagnosed
from .drafts import ending
from .faults import ImagesRefused, StreamBroken
from .prices import Price

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "refusal": "content_filter",
}


class LangChainModel:
    """Streams a `BaseChatModel`.

    `says_when_done` is True for providers that always give a finish reason: a stream of theirs that
    ends without one was cut off, which their SDKs do not report. `no_call` is what the model's
    `bind_tools` takes as `tool_choice` to call none, for those that refuse a conversation with
    calls of tools they are not told of, such as Anthropic's; None leaves the tools out.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str,
        says_when_done: bool = False,
        price: Price | None = None,
        no_call: str | dict[str, str] | None = None,
        takes_images: bool = True,
    ) -> None:
        self._model = model
        self._name = name
        self._says_when_done = says_when_done
        self._price = price
        self._no_call = no_call
        self._takes_images = takes_images
        self._bound: tuple[tuple[ToolSpec, ...], Runnable[LanguageModelInput, AIMessage]] | None
        self._bound = None

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message. Raises a `ProviderFault` for what the SDK raises."""
        return diagnosed(self._name, self._parts(request))

    async def _parts(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        if not self._takes_images and any(map(image_tokens, request.messages)):
            raise ImagesRefused(f"{self._name} was sent a picture. {BLIND_ADVICE}")
        whole: AIMessageChunk | None = None
        messages = [_to_langchain(message) for message in request.messages]
        async for chunk in self._for(request).astream(messages):
            if not isinstance(chunk, AIMessageChunk):
                chunk = AIMessageChunk(**chunk.model_dump(exclude={"type"}))
            whole = chunk if whole is None else whole + chunk
            if text := str(chunk.text):
                yield TextDelta(text)
        if whole is None:
            raise StreamBroken(f"{self._name} gave nothing at all. Ask again.")
        finished = self._finished(whole)
        calls = _calls(whole)
        reason = finished.reason if finished else None
        for call in ending(self._name, reason, bool(str(whole.text)), calls):
            yield call
        if finished is not None:
            yield finished

    def _for(self, request: ModelRequest) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model, bound to the tools that it is to be told of."""
        tools = request.tools
        if tools:
            if self._bound is None or self._bound[0] != tools:
                self._bound = (tools, self._model.bind_tools(_functions(tools)))
            return self._bound[1]
        if request.past_tools and self._no_call is not None:
            told = self._model.bind_tools(_functions(request.past_tools))
            return told.bind(tool_choice=self._no_call)
        return self._model

    def _finished(self, whole: AIMessageChunk) -> Finished | None:
        told = whole.response_metadata
        reason = told.get("finish_reason") or told.get("stop_reason")
        if reason is None and self._says_when_done:
            return None
        usage = whole.usage_metadata
        finished = Finished(
            reason=_REASONS.get(str(reason), "tool_calls" if whole.tool_calls else "stop"),
            input_tokens=usage["input_tokens"] if usage else 0,
            output_tokens=usage["output_tokens"] if usage else 0,
            cached_tokens=usage.get("input_token_details", {}).get("cache_read", 0) if usage else 0,
        )
        return finished if self._price is None else self._price.of(finished)


def _functions(tools: Sequence[ToolSpec]) -> list[dict[str, object]]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in tools
    ]


def _calls(whole: AIMessageChunk) -> Sequence[ToolCall]:
    good = [
        ToolCall(call_id=call["id"] or f"call_{n}", name=call["name"], args=call["args"])
        for n, call in enumerate(whole.tool_calls)
    ]
    bad = [
        ToolCall(
            call_id=call["id"] or f"bad_{n}",
            name=call["name"] or "unknown",
            args={},
            error=f"The arguments are not valid JSON: {call['args']!r}. Write them again.",
        )
        for n, call in enumerate(whole.invalid_tool_calls)
    ]
    return [*good, *bad]


def _with_images(message: UserMessage) -> Iterator[str | dict[str, str]]:
    if message.text:
        yield {"type": "text", "text": message.text}
    for image in message.images:
        yield {"type": "image", "base64": image.data, "mime_type": image.media_type}


def _to_langchain(message: Message) -> BaseMessage:
    match message:
        case SystemMessage(text=text):
            return LCSystemMessage(text)
        case UserMessage(text=text, images=()):
            return HumanMessage(text)
        case UserMessage():
            return HumanMessage(content=list(_with_images(message)))
        case AssistantMessage(text=text, tool_calls=calls):
            return AIMessage(
                content=text,
                tool_calls=[
                    {"name": call.name, "args": call.args, "id": call.call_id, "type": "tool_call"}
                    for call in calls
                ],
            )
        case ToolMessage():
            return LCToolMessage(
                content=message.text,
                tool_call_id=message.call_id,
                name=message.name,
                status="error" if message.is_error else "success",
            )
