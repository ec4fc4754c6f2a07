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


def thought_item(*summary: str, sealed: str = "sealed", item_id: str = "rs_1") -> Event:
    """Return a thought of OpenAI's Responses."""
    told: list[JsonValue] = [{"type": "summary_text", "text": text} for text in summary]
    return {"type": "reasoning", "id": item_id, "summary": told, "encrypted_content": sealed}


def text_item(text: str) -> Event:
    """Return words of OpenAI's Responses."""
    part: JsonValue = {"type": "output_text", "text": text, "annotations": []}
    about: Event = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    return {**about, "content": [part]}


def call_item(name: str, args: str, call_id: str = "call_1") -> Event:
    """Return a tool call of OpenAI's Responses."""
    about: Event = {"type": "function_call", "id": f"fc_{call_id}", "status": "completed"}
    return {**about, "call_id": call_id, "name": name, "arguments": args}


def response_of(*items: Event, status: str = "completed", **more: JsonValue) -> Event:
    """Return a whole message of OpenAI's Responses."""
    usage: JsonValue = {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 900},
        "output_tokens": 50,
        "output_tokens_details": {"reasoning_tokens": 40},
        "total_tokens": 1050,
    }
    about: Event = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m"}
    set_to: Event = {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}
    ends: Event = {"error": None, "incomplete_details": None, "status": status, "usage": usage}
    return {**about, **set_to, **ends, "output": list(items), **more}


def responses_of(*items: Event, status: str = "completed", **more: JsonValue) -> list[Event]:
    """Return the events of a message of OpenAI's Responses."""
    events: list[Event] = []
    for index, item in enumerate(items):
        at: Event = {"output_index": index, "item_id": item["id"]}
        for part, words in enumerate(_words(item)):
            kind = "reasoning_summary_text" if item["type"] == "reasoning" else "output_text"
            place: Event = {**at, "summary_index": part, "content_index": part}
            halves = (words[: len(words) // 2], words[len(words) // 2 :])
            for half in halves:
                delta: Event = {"type": f"response.{kind}.delta", "delta": half, "logprobs": []}
                events.append({**delta, **place})
            done: Event = {"type": f"response.{kind}.done", "text": words, "logprobs": []}
            events.append({**done, **place})
        events.append({"type": "response.output_item.done", **at, "item": item})
    whole = response_of(*items, status=status, **more)
    events.append({"type": f"response.{status}", "response": whole})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _words(item: Event) -> list[str]:
    """Return the texts of an item."""
    parts = item.get("summary", item.get("content", []))
    assert isinstance(parts, list)
    return [str(part["text"]) for part in parts if isinstance(part, dict)]
