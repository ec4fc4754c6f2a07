"""Messages and tools as OpenAI's chat completions write them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from pydantic import JsonValue

from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import ToolSpec

from .hosted import Effort
from .strict import is_strict

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionContentPartParam,
        ChatCompletionFunctionToolParam,
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
    )
    from openai.types.chat.completion_create_params import ResponseFormat


class Body(TypedDict):
    """A request, without what says how its answer is to come."""

    model: str
    messages: list[ChatCompletionMessageParam]
    tools: NotRequired[list[ChatCompletionFunctionToolParam]]
    tool_choice: NotRequired[Literal["none"]]
    response_format: NotRequired[ResponseFormat]
    max_completion_tokens: NotRequired[int]
    reasoning_effort: NotRequired[Effort]


def written_messages(messages: Sequence[Message]) -> Iterator[ChatCompletionMessageParam]:
    """Yield the conversation; thoughts of other providers are left out."""
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


def written_tool(tool: ToolSpec, *, strict: bool) -> ChatCompletionFunctionToolParam:
    """Return a tool; with `strict`, the model is held to its schema where the schema allows it."""
    written: ChatCompletionFunctionToolParam = {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": {**tool.parameters},
        },
    }
    if strict and is_strict(tool.parameters):
        written["function"]["strict"] = True
    return written


def written_format(schema: dict[str, JsonValue]) -> ResponseFormat:
    """Return what holds an answer to a schema."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {**schema}, "strict": is_strict(schema)},
    }
