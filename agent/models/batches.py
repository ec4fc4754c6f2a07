"""Batches: many calls at once, answered within a day and for half the price; for offline work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace

from surefoot.errors import ConfigurationError
from surefoot.memory import MiniLM
from surefoot.model import Finished, ModelPart, ModelRequest
from surefoot.settings import Settings

from .anthropic import AnthropicModel
from .batch_anthropic import answered_by_anthropic
from .batch_openai import answered_by_openai
from .diagnosis import as_fault
from .faults import ProviderDown, ProviderFault
from .openai import OpenAIModel
from .providers import make_model

Hosted = OpenAIModel | AnthropicModel
"""The models whose providers take batches."""

Answer = tuple[ModelPart, ...] | ProviderFault
"""What became of one request."""

_SHARE = 0.5
"""What a call in a batch costs of its price, with OpenAI and with Anthropic."""


class BatchedModel:
    """A model that collects the calls made side by side and sends them as one batch.

    Calls are collected until none has come for `gather_seconds`; the batch is asked after every
    `poll_seconds`. Whatever calls a model can be given one, as long as it calls it for all that it
    wants to know at once. Close it at the end.
    """

    def __init__(
        self,
        model: Hosted,
        *,
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
        self._sent: set[asyncio.Task[None]] = set()

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
        self._timer = loop.call_later(self._gather_seconds, self._send)
        answer = await coming
        if isinstance(answer, ProviderFault):
            raise answer
        for part in answer:
            yield _at_its_share(part) if isinstance(part, Finished) else part

    async def close(self) -> None:
        """Give up what is under way and close the connections."""
        if self._timer is not None:
            self._timer.cancel()
            self._send()
        for task in self._sent:
            task.cancel()
        await asyncio.gather(*self._sent, return_exceptions=True)
        await self._model.close()

    def _send(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        task = asyncio.ensure_future(self._answer(waiting))
        self._sent.add(task)
        task.add_done_callback(self._sent.discard)

    async def _answer(self, waiting: Sequence[tuple[ModelRequest, asyncio.Future[Answer]]]) -> None:
        given_up = ProviderDown(f"{self.name} was closed before its batch was done. Ask again.")
        answers: list[Answer] = [given_up] * len(waiting)
        try:
            answers = await self._asked([request for request, _ in waiting])
        finally:
            for (_, coming), answer in zip(waiting, answers, strict=True):
                if not coming.done():
                    coming.set_result(answer)

    async def _asked(self, requests: Sequence[ModelRequest]) -> list[Answer]:
        """Return what became of each request, in order; nothing but being given up is raised."""
        model = self._model
        try:
            if isinstance(model, OpenAIModel):
                found = await answered_by_openai(model, requests, self._pause)
            else:
                found = await answered_by_anthropic(model, requests, self._pause)
        except Exception as error:
            if isinstance(error, ProviderFault):
                return [error] * len(requests)
            return [as_fault(self.name, error, secret=model.secret)] * len(requests)
        missing = ProviderDown(f"{self.name} left the call out of its batch. Ask again.")
        return [found.get(str(number), missing) for number in range(len(requests))]

    async def _pause(self) -> None:
        await self._sleep(self._poll_seconds)


def batched(name: str, settings: Settings) -> BatchedModel:
    """Return the model of that name, for calls in batches. Raises `ConfigurationError`."""
    provider = name.partition(":")[0]
    if provider not in ("openai", "openai-compatible", "anthropic"):
        raise ConfigurationError(
            f"{name!r} takes no batches. Name a model of OpenAI or Anthropic, or leave batches out."
        )
    model = make_model(name, settings, MiniLM())
    assert isinstance(model, OpenAIModel | AnthropicModel), "each of these is one of the two"
    return BatchedModel(model)


def _at_its_share(end: Finished) -> Finished:
    cost = None if end.cost_usd is None else end.cost_usd * _SHARE
    return replace(end, cost_usd=cost, how=(*end.how, "batch"))
