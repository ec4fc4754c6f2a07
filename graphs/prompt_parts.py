"""Prompt parts: about how many tokens each part of a prompt takes."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from surefoot.messages import Message, SystemMessage, ToolMessage, UserMessage
from surefoot.model import ModelRequest, ToolSpec, estimated_tokens, image_tokens

RUN_NOTE = "Note from the run: "
"""How a user message begins that the run itself wrote."""

CONTEXT_OPENS = "\n\n<context>\n"
"""What stands between the question and the evidence that memory brought."""

_MOST_SCHEMAS = 1024

_schemas: dict[int, tuple[dict[str, JsonValue], int]] = {}
"""Tokens of schemas already measured, by the identity of each, which the entry keeps alive."""


def prompt_parts(request: ModelRequest) -> dict[str, int]:
    """Return the tokens of instructions, tools, earlier turns, question, evidence and so on."""
    parts = {"system": 0, "tools": tokens_of_tools(request)}
    parts |= {"memory": 0, "question": 0, "images": 0, "evidence": 0, "steps": 0}
    question = place_of_question(request.messages)
    for place, message in enumerate(request.messages):
        tokens = estimated_tokens(message.text)
        if isinstance(message, SystemMessage):
            parts["system"] += tokens
        elif isinstance(message, ToolMessage):
            parts["evidence"] += tokens
        elif place < question:
            parts["memory"] += tokens
        elif place == question:
            recalled = estimated_tokens(message.text.partition(CONTEXT_OPENS)[2])
            parts["evidence"] += recalled
            parts["question"] += tokens - recalled
            parts["images"] += image_tokens(message)
        else:
            parts["steps"] += tokens
    return {name: tokens for name, tokens in parts.items() if tokens}


def place_of_question(messages: Sequence[Message]) -> int:
    """Return where the run's question stands among its messages."""
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if isinstance(message, UserMessage) and not message.text.startswith(RUN_NOTE):
            return place
    return -1


def tokens_of_tools(request: ModelRequest) -> int:
    """Return the tokens of the tools that the model is told of."""
    return sum(_tool_tokens(tool) for tool in request.tools or request.past_tools)


def _tool_tokens(tool: ToolSpec) -> int:
    schema = tool.parameters
    known = _schemas.get(id(schema))
    if known is None:
        if len(_schemas) >= _MOST_SCHEMAS:
            _schemas.clear()
        known = _schemas[id(schema)] = (schema, estimated_tokens(repr(schema)))
    return known[1] + estimated_tokens(tool.description) + estimated_tokens(tool.name)
