"""What providers send, event by event."""

from __future__ import annotations

from pydantic import JsonValue

Event = dict[str, JsonValue]


def chunk(delta: Event, reason: str | None = None) -> Event:
    """Return a chunk of an OpenAI stream."""
    choice: Event = {"index": 0, "delta": delta, "finish_reason": reason}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }


def used(prompt: int, cached: int) -> Event:
    """Return the chunk that tells the usage."""
    usage: JsonValue = {
        "prompt_tokens": prompt,
        "completion_tokens": 5,
        "total_tokens": prompt + 5,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    return {**chunk({}), "choices": [], "usage": usage}


def text_block(text: str) -> list[Event]:
    """Return an Anthropic block of text, without its place."""
    return [
        {"content_block": {"type": "text", "text": ""}},
        {"delta": {"type": "text_delta", "text": text}},
    ]


def thinking_block(text: str, signature: str) -> list[Event]:
    """Return a signed thought."""
    return [
        {"content_block": {"type": "thinking", "thinking": "", "signature": ""}},
        {"delta": {"type": "thinking_delta", "thinking": text}},
        {"delta": {"type": "signature_delta", "signature": signature}},
    ]


def hidden_block(data: str) -> list[Event]:
    """Return a thought that only Anthropic can read."""
    return [{"content_block": {"type": "redacted_thinking", "data": data}}]


def call_block(name: str, args: str, call_id: str = "toolu_1") -> list[Event]:
    """Return a tool call with its arguments."""
    return [
        {"content_block": {"type": "tool_use", "id": call_id, "name": name, "input": {}}},
        {"delta": {"type": "input_json_delta", "partial_json": args}},
    ]


def message_of(*blocks: list[Event], reason: str = "end_turn", cached: int = 0) -> list[Event]:
    """Return the events of an Anthropic message."""
    usage: JsonValue = {
        "input_tokens": 10,
        "output_tokens": 1,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": 7,
    }
    start: JsonValue = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    events: list[Event] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(blocks):
        for event in block:
            kind = "content_block_start" if "content_block" in event else "content_block_delta"
            events.append({"type": kind, "index": index, **event})
        events.append({"type": "content_block_stop", "index": index})
    ending: JsonValue = {"stop_reason": reason, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ending, "usage": {"output_tokens": 5}})
    return [*events, {"type": "message_stop"}]
