"""LangChain models: any `BaseChatModel` as a Surefoot chat model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

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

from surefoot.errors import ModelError, SurefootError
from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import Finished, FinishReason, ModelPart, ModelRequest, TextDelta, ToolSpec

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
    ends without one was cut off, which their SDKs do not report.
    """

    def __init__(self, model: BaseChatModel, *, name: str, says_when_done: bool = False) -> None:
        self._model = model
        self._name = name
        self._says_when_done = says_when_done
        self._bound: tuple[tuple[ToolSpec, ...], Runnable[LanguageModelInput, AIMessage]] | None
        self._bound = None

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the parts of the next message. Raises `ModelError` for whatever the SDK raises."""
        whole: AIMessageChunk | None = None
        messages = [_to_langchain(message) for message in request.messages]
        try:
            async for chunk in self._with(request.tools).astream(messages):
                if not isinstance(chunk, AIMessageChunk):
                    chunk = AIMessageChunk(**chunk.model_dump(exclude={"type"}))
                whole = chunk if whole is None else whole + chunk
                if text := str(chunk.text):
                    yield TextDelta(text)
        except SurefootError:
            raise
        except Exception as error:
            raise _model_error(self._name, error) from error
        if whole is None:
            return
        for call in _calls(whole):
            yield call
        if (finished := self._finished(whole)) is not None:
            yield finished

    def _with(self, tools: tuple[ToolSpec, ...]) -> Runnable[LanguageModelInput, AIMessage]:
        if not tools:
            return self._model
        if self._bound is None or self._bound[0] != tools:
            functions = [
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
            self._bound = (tools, self._model.bind_tools(functions))
        return self._bound[1]

    def _finished(self, whole: AIMessageChunk) -> Finished | None:
        told = whole.response_metadata
        reason = told.get("finish_reason") or told.get("stop_reason")
        if reason is None and self._says_when_done:
            return None
        usage = whole.usage_metadata
        return Finished(
            reason=_REASONS.get(str(reason), "tool_calls" if whole.tool_calls else "stop"),
            input_tokens=usage["input_tokens"] if usage else 0,
            output_tokens=usage["output_tokens"] if usage else 0,
        )


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


def _to_langchain(message: Message) -> BaseMessage:
    match message:
        case SystemMessage(text=text):
            return LCSystemMessage(text)
        case UserMessage(text=text):
            return HumanMessage(text)
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


def _model_error(name: str, error: Exception) -> ModelError:
    status: object = getattr(error, "status_code", None)
    if isinstance(error, json.JSONDecodeError):
        told = "sent a malformed chunk"
    else:
        told = f"failed: {type(error).__name__}: {error}"
    return ModelError(
        f"{name} {told}. Check the provider's status, the key and the model's name.",
        status=status if isinstance(status, int) else None,
    )
