"""Message lists: OpenAI, LangChain and whatever else keeps a conversation as messages."""

from __future__ import annotations

from collections.abc import Iterator

from ..fields import json_value, number, table, text, whole
from ..messages import Conversation, final_answer, tools_of
from ..trace import Provenance, Spent, Trace

NAME = "messages"
_SAYS = {"role", "type", "lc"}


def recognise(document: object) -> bool:
    """Return whether this is a message list, an object around one, or several lists."""
    if isinstance(document, dict):
        return _is_messages(document.get("messages"))
    if isinstance(document, list) and document:
        first = document[0]
        if isinstance(first, dict) and "messages" in first:
            return all(_is_messages(table(one).get("messages")) for one in document)
        return _is_messages(document) or all(_is_messages(one) for one in document)
    return False


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the conversations of a document."""
    if isinstance(document, dict) or _is_messages(document):
        yield _trace(document, path, 0)
        return
    for number_, one in enumerate(document if isinstance(document, list) else []):
        yield _trace(one, path, number_)


def _is_messages(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and _SAYS & one.keys() for one in value)
    )


def _trace(document: object, path: str, place: int) -> Trace:
    body = table(document)
    messages = body.get("messages") if body else document
    conversation = Conversation()
    for message in messages if isinstance(messages, list) else []:
        conversation.add(message)
    steps = conversation.steps()
    usage = table(body.get("usage"))
    kept = {"messages", "tools", "id", "model", "usage", "item"}
    return Trace(
        trace_id=text(body.get("id")) or f"{path}#{place}",
        steps=steps,
        answer=final_answer(steps),
        tools=tools_of(body.get("tools")),
        model=text(body.get("model")),
        item=text(body.get("item")),
        spent=Spent(
            input_tokens=whole(usage.get("input_tokens", usage.get("prompt_tokens"))),
            output_tokens=whole(usage.get("output_tokens", usage.get("completion_tokens"))),
            cost_usd=number(usage.get("cost")),
            model_calls=sum(step.source == "agent" for step in steps),
        ),
        labels={k: json_value(v) for k, v in body.items() if k not in kept and _is_plain(v)},
        status="completed" if final_answer(steps) else "unknown",
        unscorable=None if steps else "none of its messages can be understood",
        provenance=Provenance(format=NAME, path=path, place=f"conversation {place}"),
    )


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
