"""Batch desks: where batches of calls are handed in and their answers fetched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from surefoot.model import ModelPart, ModelRequest

from .batch_book import KeptBatch
from .faults import ProviderFault

Answer = tuple[ModelPart, ...] | ProviderFault
"""What became of one request."""

Pause = Callable[[], Awaitable[None]]
"""Waits until a batch is to be asked after again."""

CLOCKS_DIFFER_SECONDS = 3600
"""How far the provider's clock may be from this machine's."""


class BatchDesk(Protocol):
    """A provider's batches of one model. Everything raises what the SDK raises."""

    async def send(self, mark: str, requests: Sequence[ModelRequest]) -> str:
        """Hand in a batch under our mark; return the provider's name of it."""
        ...

    async def find(self, kept: KeptBatch, pause: Pause) -> str | None:
        """Return the name of a batch that may have been handed in, or None when it was not."""
        ...

    async def answers(self, batch_id: str, pause: Pause) -> dict[int, Answer]:
        """Wait for a batch and return what became of each request, by its number.

        Raises a `ProviderFault` when the batch is over without any answer.
        """
        ...

    async def delete(self, batch_id: str) -> None:
        """Delete what the provider keeps of a batch that is over."""
        ...


def custom_id(mark: str, number: int) -> str:
    """Return how a request of a batch is called."""
    return f"{mark}-{number}"


def number_of(custom_id: str) -> int:
    """Return which request of its batch it is."""
    return int(custom_id.rpartition("-")[2])
