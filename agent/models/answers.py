"""Kept answers: messages of models, given again to the same request or to one much like it."""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from surefoot.messages import AssistantMessage, ToolMessage, UserMessage
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    Restarted,
    TextDelta,
)

from .streaming import streamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kept message."""

    parts: tuple[ModelPart, ...]
    made_at: float


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


class Likeness(Protocol):
    """Finds a kept question that is much like another."""

    async def find(self, question: str, owner: str) -> str | None:
        """Return the key kept for the most similar question of the owner, if any is near enough."""
        ...

    async def keep(self, question: str, owner: str, key: str) -> None:
        """Keep a question's key."""
        ...

    async def forget(self) -> None:
        """Forget all."""
        ...


class CachedModel:
    """A model whose messages are kept.

    An owner is a tenant's user, or the tenant where nobody in particular asks: nothing kept for one
    is ever given to another. Runs that may have side effects are neither answered nor kept.
    `edition` tells the state of the documents; when it changes, everything kept before is void.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        seconds: float = 3600.0,
        most: int = 1000,
        likeness: Likeness | None = None,
        edition: Callable[[], str] = lambda: "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._seconds = seconds
        self._most = most
        self._likeness = likeness
        self._edition = edition
        self._monotonic = monotonic
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._seen_edition = edition()
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
        await self._turn_over()
        self.saved = replace(self.saved, asked=self.saved.asked + 1)
        key = key_of(self._model.name, self._edition(), request)
        if (known := self._find(key)) is not None:
            for part in self._again(known, "exact"):
                yield part
            return
        alike = await self._similar(request)
        if alike is not None and (known := self._find(alike)) is not None:
            for part in self._again(known, "similar"):
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
        await self._keep(key, request, told)

    async def _turn_over(self) -> None:
        if (edition := self._edition()) != self._seen_edition:
            self._seen_edition = edition
            self._kept.clear()
            if self._likeness is not None:
                await self._likeness.forget()

    def _find(self, key: str) -> Kept | None:
        known = self._kept.get(key)
        if known is not None and self._monotonic() - known.made_at > self._seconds:
            del self._kept[key]
            return None
        return known

    async def _similar(self, request: ModelRequest) -> str | None:
        """Return the key of a similar question's first thought; later ones rest on results."""
        if self._likeness is None or not _is_first(request):
            return None
        return await self._likeness.find(_question(request), self._owner(request))

    def _owner(self, request: ModelRequest) -> str:
        """Return whose question it is, asked of what and with what around it."""
        around = replace(request, messages=request.messages[:-1])
        return key_of(self._model.name, self._edition(), around)

    async def _keep(self, key: str, request: ModelRequest, told: Sequence[ModelPart]) -> None:
        if not told or not isinstance(told[-1], Finished) or told[-1].reason == "length":
            return
        self._kept[key] = Kept(parts=_joined(told), made_at=self._monotonic())
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        if self._likeness is not None and _is_first(request):
            await self._likeness.keep(_question(request), self._owner(request), key)

    def _again(self, known: Kept, which: str) -> tuple[ModelPart, ...]:
        """Return the kept parts, free of charge, and count what that saves."""
        end = known.parts[-1]
        assert isinstance(end, Finished), "only whole messages are kept"
        self.saved = replace(
            self.saved,
            exact=self.saved.exact + (which == "exact"),
            similar=self.saved.similar + (which == "similar"),
            tokens=self.saved.tokens + end.input_tokens + end.output_tokens,
            usd=self.saved.usd + (end.cost_usd or 0.0),
        )
        free = Finished(reason=end.reason, cost_usd=0.0, model=end.model, how=(f"{which} cache",))
        return (*known.parts[:-1], free)


def key_of(name: str, edition: str, request: ModelRequest) -> str:
    """Return what tells a request from others: its words, tools and owner, not its run."""
    scope = request.occasion.scope
    told: list[object] = [
        name,
        edition,
        None if scope is None else [scope.tenant, scope.user],
        request.output,
        [[tool.name, tool.description, tool.parameters] for tool in request.tools],
        [_told(message) for message in request.messages],
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _told(message: object) -> list[object]:
    """Return a message without the ids of its calls, which are different in every run."""
    match message:
        case AssistantMessage(text=text, tool_calls=calls):
            return ["assistant", text, [[call.name, call.args] for call in calls]]
        case ToolMessage():
            return ["tool", message.name, message.text, message.is_error]
        case _:
            return [type(message).__name__, repr(message)]


def _is_first(request: ModelRequest) -> bool:
    last = request.messages[-1] if request.messages else None
    return isinstance(last, UserMessage) and not any(
        isinstance(one, ToolMessage | AssistantMessage) for one in request.messages
    )


def _question(request: ModelRequest) -> str:
    return request.messages[-1].text


def _joined(told: Sequence[ModelPart]) -> tuple[ModelPart, ...]:
    """Return the parts with the text in one piece, which takes less room."""
    text = "".join(part.text for part in told if isinstance(part, TextDelta))
    others = [part for part in told if not isinstance(part, TextDelta | ReasoningDelta)]
    return (*([TextDelta(text)] if text else []), *others)
