"""Kept answers: messages of models, given again to the same request or to one much like it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from surefoot.graphs import CONTEXT_OPENS
from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    Restarted,
    TextDelta,
)
from surefoot.scope import Scope

from .alike import Asked, Likeness
from .answer_book import AnswerBook, Part
from .streaming import streamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a cache has saved so far."""

    asked: int = 0
    exact: int = 0
    similar: int = 0
    tokens: int = 0
    usd: float = 0.0

    @property
    def hit_rate(self) -> float:
        """The share of requests that a kept message answered."""
        return (self.exact + self.similar) / self.asked if self.asked else 0.0


class CachedModel:
    """A model whose messages are kept.

    Nothing kept for one person of a tenant is ever given to another. A run that has used a tool
    with side effects is neither answered nor kept from then on, and a message that calls such a
    tool never is. `edition` tells the state of the documents; when it changes, everything kept
    before is void.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        book: AnswerBook | None = None,
        likeness: Likeness | None = None,
        edition: Callable[[], str] = lambda: "",
    ) -> None:
        self._model = model
        self._book = book or AnswerBook()
        self._likeness = likeness
        self._edition = edition
        self._seen_edition: str | None = None
        self.saved = Saved()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield a kept message, or the model's, which is then kept."""
        if not request.occasion.is_pure:
            async with aclosing(streamed(self._model, request)) as parts:
                async for part in parts:
                    yield part
            return
        edition = await self._turned_over()
        self.saved = replace(self.saved, asked=self.saved.asked + 1)
        key = key_of(self._model.name, request)
        asked = self._asked(request)
        if (known := await self._known(key, asked, edition)) is not None:
            for part in known:
                yield part
            return
        told: list[ModelPart] = []
        async with aclosing(streamed(self._model, request)) as parts:
            async for part in parts:
                if isinstance(part, Restarted):
                    told.clear()
                else:
                    told.append(part)
                yield part
        if (whole := _whole(told, request.occasion.changing)) is not None:
            self._book.keep(key, whole, person=person_of(request.occasion.scope), edition=edition)
            if asked is not None and self._likeness is not None:
                await self._likeness.keep(asked, key)

    async def forget(self, scope: Scope | None = None) -> None:
        """Forget all, or what the scope's person was answered."""
        person = None if scope is None else person_of(scope)
        self._book.forget(person)
        if self._likeness is not None:
            await self._likeness.forget(person)

    async def close(self) -> None:
        """Let go of files and threads."""
        self._book.close()
        if self._likeness is not None:
            await self._likeness.close()

    async def _turned_over(self) -> str:
        """Return the edition, having forgotten what was kept of others."""
        edition = self._edition()
        if edition != self._seen_edition:
            self._seen_edition = edition
            if self._book.other_editions(edition):
                await self.forget()
        return edition

    async def _known(
        self, key: str, asked: Asked | None, edition: str
    ) -> tuple[ModelPart, ...] | None:
        if (kept := self._book.find(key, edition)) is not None:
            return self._again(kept, "exact")
        if asked is None or self._likeness is None:
            return None
        alike = await self._likeness.find(asked)
        if alike is not None and (kept := self._book.find(alike, edition)) is not None:
            return self._again(kept, "similar")
        return None

    def _asked(self, request: ModelRequest) -> Asked | None:
        """Return the question of a run's first thought; later thoughts rest on results."""
        last = request.messages[-1] if request.messages else None
        if self._likeness is None or not isinstance(last, UserMessage):
            return None
        if any(isinstance(one, ToolMessage | AssistantMessage) for one in request.messages):
            return None
        question, _, context = last.text.partition(CONTEXT_OPENS)
        rest = (*request.messages[:-1], UserMessage(context, last.images))
        return Asked(
            text=question,
            person=person_of(request.occasion.scope),
            around=key_of(self._model.name, replace(request, messages=rest)),
        )

    def _again(self, kept: tuple[Part, ...], which: str) -> tuple[ModelPart, ...]:
        """Return the kept parts, free of charge, and count what that saves."""
        end = kept[-1]
        assert isinstance(end, Finished), "only whole messages are kept"
        self.saved = replace(
            self.saved,
            exact=self.saved.exact + (which == "exact"),
            similar=self.saved.similar + (which == "similar"),
            tokens=self.saved.tokens + end.input_tokens + end.output_tokens,
            usd=self.saved.usd + (end.cost_usd or 0.0),
        )
        free = Finished(reason=end.reason, cost_usd=0.0, model=end.model, how=(f"{which} cache",))
        return (*kept[:-1], free)


def person_of(scope: Scope | None) -> str:
    """Return whose answers these are: a tenant's user, or the tenant where nobody asks."""
    return json.dumps(None if scope is None else [scope.tenant, scope.user])


def key_of(name: str, request: ModelRequest) -> str:
    """Return what tells a request from others: its words, tools and person, not its run."""
    told: list[object] = [
        name,
        person_of(request.occasion.scope),
        request.output,
        [[tool.name, tool.description, tool.parameters] for tool in request.tools],
        [_told(message) for message in request.messages],
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _told(message: Message) -> list[object]:
    """Return a message without the ids of its calls, which are different in every run."""
    match message:
        case AssistantMessage(text=text, tool_calls=calls):
            return ["assistant", text, [[call.name, call.args] for call in calls]]
        case ToolMessage():
            return ["tool", message.name, message.text, message.is_error]
        case UserMessage(text=text, images=images):
            return ["user", text, [[image.media_type, image.data] for image in images]]
        case SystemMessage(text=text):
            return ["system", text]


def _whole(told: Sequence[ModelPart], changing: frozenset[str]) -> tuple[Part, ...] | None:
    """Return a message that may be kept, its text in one piece; None for one that may not."""
    end = told[-1] if told else None
    if not isinstance(end, Finished) or end.reason == "length":
        return None
    text = "".join(part.text for part in told if isinstance(part, TextDelta))
    others = [p for p in told if not isinstance(p, TextDelta | ReasoningDelta | Restarted)]
    if any(_calls(part, changing) for part in others if isinstance(part, ToolCall)):
        return None
    return (*([TextDelta(text)] if text else []), *others)


def _calls(call: ToolCall, changing: frozenset[str]) -> bool:
    """Return whether a call, or a step of the plan in it, is one of these tools."""
    if call.name in changing:
        return True
    words = json.dumps(call.args)
    return any(json.dumps(name) in words for name in changing)
