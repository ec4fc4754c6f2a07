"""Structured output: an answer that is an object and not prose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from surefoot.messages import AssistantMessage, Message, UserMessage
from surefoot.model import ChatModel, ModelRequest, Occasion, Restarted, TextDelta

from .faults import UnusableReply

T = TypeVar("T", bound=BaseModel)


async def ask_for(
    kind: type[T],
    model: ChatModel,
    messages: Sequence[Message],
    *,
    repairs: int = 1,
    occasion: Occasion | None = None,
) -> T:
    """Ask a model for an object of that kind.

    The schema goes with the request, and the answer is validated: not every server keeps to it. A
    wrong answer is sent back with what is wrong, `repairs` times; then `UnusableReply` is raised.
    """
    asked = list(messages)
    schema = TypeAdapter(kind).json_schema()
    for left in range(repairs, -1, -1):
        request = ModelRequest(
            messages=tuple(asked), output=schema, occasion=occasion or Occasion(purpose="answer")
        )
        text = await _text(model, request)
        try:
            return kind.model_validate_json(_bare(text))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'the answer'}: {one['msg']}"
                for one in error.errors(include_url=False)[:5]
            )
            if not left:
                raise UnusableReply(
                    f"{model.name} gave no valid {kind.__name__}: {wrong}. Choose another model."
                ) from error
            asked += [
                AssistantMessage(text),
                UserMessage(f"That is not valid: {wrong}. Answer with the JSON object alone."),
            ]
    raise AssertionError("the loop returns or raises")


async def text_of(
    model: ChatModel, messages: Sequence[Message], *, occasion: Occasion | None = None
) -> str:
    """Ask a model once, with no tools, and return the text of its message."""
    occasion = occasion or Occasion(purpose="answer")
    return await _text(model, ModelRequest(messages=tuple(messages), occasion=occasion))


async def _text(model: ChatModel, request: ModelRequest) -> str:
    text = ""
    async for part in model.stream(request):
        if isinstance(part, Restarted):
            text = ""
        elif isinstance(part, TextDelta):
            text += part.text
    return text


def _bare(text: str) -> str:
    """Return the object without the fence that models like to put around it."""
    text = text.strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    return text
