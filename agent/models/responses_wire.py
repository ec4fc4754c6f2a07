"""Messages and tools as OpenAI's Responses API writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from pydantic import JsonValue

from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    Thought,
    ToolMessage,
    UserMessage,
)
from surefoot.model import ToolSpec

from .strict import is_strict

if TYPE_CHECKING:
    from openai.types.responses import (
        FunctionToolParam,
        ResponseIncludable,
        ResponseInputItemParam,
        ResponseInputMessageContentListParam,
        ResponseReasoningItem,
        ResponseTextConfigParam,
    )
    from openai.types.shared_params import Reasoning

PROVIDER = "openai"
"""Whose thoughts are sent back."""


class Body(TypedDict):
    """A request, without what says how its answer is to come."""

    model: str
    input: list[ResponseInputItemParam]
    store: bool
    include: list[ResponseIncludable]
    instructions: NotRequired[str]
    tools: NotRequired[list[FunctionToolParam]]
    tool_choice: NotRequired[Literal["none"]]
    text: NotRequired[ResponseTextConfigParam]
    max_output_tokens: NotRequired[int]
    reasoning: NotRequired[Reasoning]


def written_instructions(messages: Sequence[Message]) -> str:
    """Return the standing instructions."""
    return "\n\n".join(one.text for one in messages if isinstance(one, SystemMessage))


def written_input(messages: Sequence[Message]) -> Iterator[ResponseInputItemParam]:
    """Yield the conversation, item by item; a thought comes before what it led to."""
    for message in messages:
        match message:
            case SystemMessage():
                pass
            case UserMessage(text=text, images=()):
                yield {"role": "user", "content": text}
            case UserMessage():
                yield {"role": "user", "content": _with_images(message)}
            case AssistantMessage():
                yield from _said(message)
            case ToolMessage(call_id=call_id, text=text):
                yield {"type": "function_call_output", "call_id": call_id, "output": text}


def _said(message: AssistantMessage) -> Iterator[ResponseInputItemParam]:
    for thought in message.thoughts:
        if thought.provider == PROVIDER:
            item_id, _, sealed = thought.seal.partition(" ")
            yield {
                "type": "reasoning",
                "id": item_id,
                "encrypted_content": sealed,
                "summary": [
                    {"type": "summary_text", "text": part}
                    for part in thought.text.split(BETWEEN_PARTS)
                    if part
                ],
            }
    if message.text:
        yield {"role": "assistant", "content": message.text}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": json.dumps(call.args, ensure_ascii=False),
        }


BETWEEN_PARTS = "\n\n"
"""What stands between the parts of a summary."""


def thought_of(item: ResponseReasoningItem) -> Thought | None:
    """Return a thought as it is sent back; None when it was not sealed."""
    if not item.encrypted_content:
        return None
    return Thought(
        provider=PROVIDER,
        text=BETWEEN_PARTS.join(part.text for part in item.summary),
        seal=f"{item.id} {item.encrypted_content}",
        is_hidden=not item.summary,
    )


def _with_images(message: UserMessage) -> ResponseInputMessageContentListParam:
    content: ResponseInputMessageContentListParam = []
    if message.text:
        content.append({"type": "input_text", "text": message.text})
    for image in message.images:
        url = f"data:{image.media_type};base64,{image.data}"
        content.append({"type": "input_image", "image_url": url, "detail": "auto"})
    return content


def written_tool(tool: ToolSpec) -> FunctionToolParam:
    """Return a tool; the model is held to its schema where the schema allows it."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": {**tool.parameters},
        "strict": is_strict(tool.parameters),
    }


def written_text(schema: dict[str, JsonValue]) -> ResponseTextConfigParam:
    """Return what holds an answer to a schema."""
    strict = is_strict(schema)
    return {
        "format": {"type": "json_schema", "name": "answer", "schema": {**schema}, "strict": strict}
    }
