"""Hosted models: what those behind an SDK have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from surefoot.model import Finished, ModelPart, ModelRequest, ToolSpec

from .diagnosis import diagnosed
from .prices import Price

Effort = Literal["low", "medium", "high"]
"""How long a model is to think before it speaks."""


class Client(Protocol):
    """An SDK's client."""

    @property
    def api_key(self) -> str | None:
        """The key it sends, which no fault may tell."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


C = TypeVar("C", bound=Client)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one model is called."""

    model: str
    """Its name with the provider."""
    name: str
    """Its name in traces."""
    price: Price | None = None
    max_output_tokens: int | None = None
    streams: bool = True
    """False for servers that cannot stream tool calls: the message then comes whole."""
    effort: Effort | None = None


class HostedModel(ABC, Generic[C]):
    """One model, asked through its provider's own SDK."""

    def __init__(self, client: C, manner: Manner) -> None:
        self.client = client
        self._manner = manner

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._manner.name

    async def close(self) -> None:
        """Close the client's connections."""
        await self.client.close()

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message. Raises a `ProviderFault`."""
        parts = self._streamed(request) if self._manner.streams else self._whole(request)
        return diagnosed(self.name, parts, secret=self.secret)

    @property
    def secret(self) -> str:
        """The key, which must not be told when the provider repeats it."""
        return self.client.api_key or ""

    @abstractmethod
    def _streamed(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts as they come in."""

    @abstractmethod
    def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of a message that comes at once."""

    def _priced(self, finished: Finished) -> Finished:
        price = self._manner.price
        return finished if price is None else price.of(finished)


W = TypeVar("W")


class Written(Generic[W]):
    """Tools as a protocol writes them; those of the last call are kept, for they seldom change."""

    def __init__(self) -> None:
        self._last: tuple[tuple[ToolSpec, ...], list[W]] = ((), [])

    def known(self, tools: tuple[ToolSpec, ...]) -> list[W] | None:
        """Return the tools if they are those of the last call."""
        return self._last[1] if self._last[0] == tools else None

    def keep(self, tools: tuple[ToolSpec, ...], written: list[W]) -> list[W]:
        """Keep them for the next call."""
        self._last = (tools, written)
        return written
