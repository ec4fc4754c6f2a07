"""Messages and tools as Anthropic's protocol writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from surefoot.errors import InputError
from surefoot.messages import (
    AssistantMessage,
    Image,
    Message,
    SystemMessage,
    Thought,
    ToolMessage,
    UserMessage,
)
from surefoot.model import ToolSpec

if TYPE_CHECKING:
    from anthropic.types import (
        CacheControlEphemeralParam,
        ContentBlockParam,
        MessageParam,
        OutputConfigParam,
        TextBlockParam,
        ThinkingConfigParam,
        ToolChoiceNoneParam,
        ToolParam,
    )

PROVIDER = "anthropic"
"""Whose thoughts are sent back."""

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


class Body(TypedDict):
    """A request, without what says how its answer is to come."""

    model: str
    max_tokens: int
    messages: list[MessageParam]
    system: NotRequired[list[TextBlockParam]]
    tools: NotRequired[list[ToolParam]]
    tool_choice: NotRequired[ToolChoiceNoneParam]
    thinking: NotRequired[ThinkingConfigParam]
    output_config: NotRequired[OutputConfigParam]


def written_instructions(messages: Sequence[Message]) -> list[TextBlockParam]:
    """Return the instructions; the tools come before them, so one mark keeps both."""
    texts = [message.text for message in messages if isinstance(message, SystemMessage)]
    blocks: list[TextBlockParam] = [{"type": "text", "text": text} for text in texts if text]
    if blocks:
        blocks[-1]["cache_control"] = _kept()
    return blocks


def written_turns(messages: Sequence[Message]) -> list[MessageParam]:
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


def written_tool(tool: ToolSpec) -> ToolParam:
    """Return a tool. Strict schemas are not asked for: they are compiled at each new set of tools,
    of which only some may be strict, and arguments are checked in any case."""
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {"type": "object", **tool.parameters},
    }


def begins_with_thought(messages: Sequence[Message]) -> bool:
    """Return whether the last message with calls, if there is one, has the thought before them.

    Without it, as when another provider made the calls, thinking by budget is refused.
    """
    for message in reversed(messages):
        if isinstance(message, AssistantMessage):
            return not message.tool_calls or any(_is_ours(one) for one in message.thoughts)
    return True


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
                yield _image(image)
            if text:
                yield {"type": "text", "text": text}
        case AssistantMessage(text=text, tool_calls=calls, thoughts=thoughts):
            for thought in filter(_is_ours, thoughts):
                yield _thought(thought)
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


def _is_ours(thought: Thought) -> bool:
    return thought.provider == PROVIDER


def _thought(thought: Thought) -> ContentBlockParam:
    """Return a thought to the letter: the provider knows it by its seal."""
    if thought.is_hidden:
        return {"type": "redacted_thinking", "data": thought.seal}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.seal}


def _image(image: Image) -> ContentBlockParam:
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": _media(image.media_type), "data": image.data},
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
