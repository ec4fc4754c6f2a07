"""Windows: a conversation cut to what a model can read, by fixed rules and never in secret.

Instructions, tools and the question always stay, and the prefix stays the same for as long as it
can, so that the provider's prompt cache keeps working.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from surefoot.graphs import RUN_NOTE, tokens_of_tools
from surefoot.messages import AssistantMessage, Message, SystemMessage, ToolMessage, UserMessage
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    estimated_tokens,
    image_tokens,
)

from .streaming import streamed

SHORTENED = "… (shortened)"

_KEPT = (600, 200, 80)
"""Characters that a result keeps, in the passes of shortening."""


def tokens_of(request: ModelRequest) -> int:
    """Return about how many tokens a request takes."""
    told = sum(estimated_tokens(m.text) + _beside(m) + image_tokens(m) for m in request.messages)
    return told + tokens_of_tools(request)


def fitted(request: ModelRequest, window: int) -> ModelRequest:
    """Return the request, cut to three quarters of the window when it is longer than that.

    It is cut further than it must be so that the next call need not be cut anew.
    """
    return request if tokens_of(request) <= window else shortened(request, window * 3 // 4)


def halved(request: ModelRequest) -> ModelRequest:
    """Return the request at about half its length, or itself when nothing can be left out."""
    return shortened(request, tokens_of(request) // 2)


def shortened(request: ModelRequest, target: int) -> ModelRequest:
    """Leave out the oldest turns first, then the inside of old results, then of new ones."""
    messages = list(request.messages)
    spare = tokens_of(request) - target
    spare -= _drop_turns(messages, spare)
    for kept in _KEPT:
        for place in _results(messages):
            if spare <= 0:
                break
            short = _cut(messages[place], kept)
            spare -= estimated_tokens(messages[place].text) - estimated_tokens(short.text)
            messages[place] = short
    if messages == list(request.messages):
        return request
    return replace(request, messages=tuple(messages))


def _drop_turns(messages: list[Message], spare: int) -> int:
    """Remove earlier turns, oldest first, question and answer together; return what that saves."""
    saved = 0
    first = next((n for n, m in enumerate(messages) if not isinstance(m, SystemMessage)), 0)
    while saved < spare and _question(messages) > first:
        end = first + 1
        while end < _question(messages) and not isinstance(messages[end], UserMessage):
            end += 1
        saved += sum(estimated_tokens(message.text) for message in messages[first:end])
        del messages[first:end]
    return saved


def _question(messages: Sequence[Message]) -> int:
    """Return where the question of the run stands, behind the turns of earlier ones."""
    places = [
        n
        for n, message in enumerate(messages)
        if isinstance(message, UserMessage) and not message.text.startswith(RUN_NOTE)
    ]
    return places[-1] if places else 0


def _results(messages: Sequence[Message]) -> list[int]:
    return [n for n, message in enumerate(messages) if isinstance(message, ToolMessage)]


def _cut(message: Message, kept: int) -> Message:
    """Shorten each piece of evidence in a result; its number and source stay."""
    if not isinstance(message, ToolMessage):
        return message
    blocks = [_cut_block(block, kept) for block in message.text.split("\n\n")]
    return replace(message, text="\n\n".join(blocks))


def _cut_block(block: str, kept: int) -> str:
    if len(block) <= kept + len(SHORTENED):
        return block
    return f"{block[:kept].rstrip()}{SHORTENED}"


def _beside(message: Message) -> int:
    """Return the tokens of what a message holds beside its words: calls and thoughts."""
    if not isinstance(message, AssistantMessage):
        return 0
    calls = (estimated_tokens(repr(call.args) + call.name) for call in message.tool_calls)
    return sum(calls) + sum(estimated_tokens(one.text or one.seal) for one in message.thoughts)


class FittedModel:
    """A model whose conversations are kept within its window."""

    def __init__(self, model: ChatModel, *, window: int) -> None:
        self._model = model
        self._window = window

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message to what fits of the request."""
        fit = fitted(request, self._window)
        async with aclosing(streamed(self._model, fit)) as parts:
            async for part in parts:
                if fit is not request and isinstance(part, Finished):
                    left = tokens_of(request) - tokens_of(fit)
                    yield replace(part, how=(f"{left} tokens left out to fit", *part.how))
                else:
                    yield part
