"""Batches: many calls at once, answered within a day and for half the price; for offline work."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from surefoot.errors import ConfigurationError, StorageError
from surefoot.memory import MiniLM
from surefoot.model import Finished, ModelPart, ModelRequest
from surefoot.settings import Settings

from .anthropic import AnthropicModel
from .batch_anthropic import AnthropicBatches
from .batch_book import BatchBook
from .batch_desk import Answer
from .batch_openai import OpenAIBatches
from .batch_sending import BatchSending
from .faults import ProviderDown, ProviderFault
from .openai import OpenAIModel
from .providers import make_model

Hosted = OpenAIModel | AnthropicModel
"""The models whose providers take batches."""

_SHARE = 0.5
"""What a call in a batch costs of its price, with OpenAI and with Anthropic."""


class BatchedModel:
    """A model that collects the calls made side by side and sends them as one batch.

    Calls are collected until none has come for `gather_seconds`; the batch is asked after every
    `poll_seconds`. Whatever calls a model can be given one, as long as it calls it for all that it
    wants to know at once. Batches are noted in `folder`, so that a process that makes the calls of
    one that ended waits for its batch and sends none. Close it at the end.
    """

    def __init__(
        self,
        model: Hosted,
        *,
        folder: Path | None = None,
        gather_seconds: float = 1.0,
        poll_seconds: float = 15.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._model = model
        self._gather_seconds = gather_seconds
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._waiting: list[tuple[ModelRequest, asyncio.Future[Answer]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = BatchSending(
            OpenAIBatches(model) if isinstance(model, OpenAIModel) else AnthropicBatches(model),
            BatchBook(folder, model.name),
            name=model.name,
            secret=model.secret,
            pause=self._pause,
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the message when its batch is done. Raises a `ProviderFault`."""
        loop = asyncio.get_running_loop()
        coming: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((request, coming))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(self._gather_seconds, self._gathered)
        answer = await coming
        if isinstance(answer, ProviderFault):
            raise answer
        for part in answer:
            yield _at_its_share(part) if isinstance(part, Finished) else part

    async def close(self) -> None:
        """Stop waiting, delete with the provider what was answered, and close the connections.

        A batch that is not over is waited for by whoever makes the same calls next.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._gathered()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sending.close()
        await self._model.close()

    def _gathered(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        task = asyncio.ensure_future(self._answer(waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, waiting: Sequence[tuple[ModelRequest, asyncio.Future[Answer]]]) -> None:
        requests = [request for request, _ in waiting]
        given_up = ProviderDown(f"{self.name} was closed before its batch was done. Ask again.")
        answers: list[Answer] = [given_up] * len(waiting)
        try:
            answers = await self._sending.ask(requests, list(map(self._key, requests)))
        except StorageError as error:
            for _, coming in waiting:
                if not coming.done():
                    coming.set_exception(error)
        finally:
            for (_, coming), answer in zip(waiting, answers, strict=True):
                if not coming.done():
                    coming.set_result(answer)

    def _key(self, request: ModelRequest) -> str:
        asked = json.dumps([self.name, self._model.body(request)], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()

    async def _pause(self) -> None:
        await self._sleep(self._poll_seconds)


def batched(name: str, settings: Settings) -> BatchedModel:
    """Return the model of that name, for calls in batches. Raises `ConfigurationError`."""
    provider = name.partition(":")[0]
    if provider not in ("openai", "openai-compatible", "anthropic"):
        raise ConfigurationError(
            f"{name!r} takes no batches. Name a model of OpenAI or Anthropic, or leave batches out."
        )
    model = make_model(name, settings, MiniLM(), for_batches=True)
    assert isinstance(model, OpenAIModel | AnthropicModel), "each of these is one of the two"
    return BatchedModel(model, folder=settings.data_dir / "batches")


def _at_its_share(end: Finished) -> Finished:
    cost = None if end.cost_usd is None else end.cost_usd * _SHARE
    return replace(end, cost_usd=cost, how=(*end.how, "batch"))
