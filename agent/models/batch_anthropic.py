"""Batches of Anthropic's: the requests go up as one, the answers come down line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from surefoot.model import ModelRequest

from .anthropic import AnthropicModel
from .anthropic_wire import Body
from .batch_book import KeptBatch
from .batch_desk import CLOCKS_DIFFER_SECONDS, Answer, Pause, custom_id, number_of
from .diagnosis import by_status, without_secret
from .faults import ProviderDown, ProviderFault

if TYPE_CHECKING:
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
    from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that a call by itself would have had."""


class AnthropicBatches:
    """The batches of one model of Anthropic's."""

    def __init__(self, model: AnthropicModel) -> None:
        self._model = model

    async def send(self, mark: str, requests: Sequence[ModelRequest]) -> str:
        """Hand in a batch under our mark, which its requests bear."""
        batch = await self._model.client.messages.batches.create(
            requests=[
                {"custom_id": custom_id(mark, number), "params": _params(self._model.body(request))}
                for number, request in enumerate(requests)
            ]
        )
        return batch.id

    async def find(self, kept: KeptBatch, pause: Pause) -> str | None:
        """Look through the batches of that time, whose requests can be seen once they are over."""
        oldest = kept.began - CLOCKS_DIFFER_SECONDS
        async for batch in self._model.client.messages.batches.list(limit=100):
            if batch.created_at.timestamp() < oldest:
                return None
            if _size(batch) == len(kept.keys) and await self._bears(kept.mark, batch, pause):
                return batch.id
        return None

    async def answers(self, batch_id: str, pause: Pause) -> dict[int, Answer]:
        """Wait for a batch and return what became of each request."""
        batches = self._model.client.messages.batches
        while (await batches.retrieve(batch_id)).processing_status != "ended":
            await pause()
        return {
            number_of(one.custom_id): _answer(self._model, one)
            async for one in await batches.results(batch_id)
        }

    async def delete(self, batch_id: str) -> None:
        """Delete a batch with its answers."""
        await self._model.client.messages.batches.delete(batch_id)

    async def _bears(self, mark: str, batch: MessageBatch, pause: Pause) -> bool:
        """Return whether a batch is the one of that mark."""
        batches = self._model.client.messages.batches
        while batch.processing_status != "ended":
            await pause()
            batch = await batches.retrieve(batch.id)
        if batch.results_url is None:
            return False
        async for one in await batches.results(batch.id):
            return one.custom_id == custom_id(mark, number_of(one.custom_id))
        return False


def _size(batch: MessageBatch) -> int:
    counts = batch.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


def _params(body: Body) -> MessageCreateParamsNonStreaming:
    """Return the request as a batch takes it, which is as it is."""
    params: MessageCreateParamsNonStreaming = {
        "model": body["model"],
        "max_tokens": body["max_tokens"],
        "messages": body["messages"],
    }
    if "system" in body:
        params["system"] = body["system"]
    if "tools" in body:
        params["tools"] = body["tools"]
    if "tool_choice" in body:
        params["tool_choice"] = body["tool_choice"]
    if "thinking" in body:
        params["thinking"] = body["thinking"]
    if "output_config" in body:
        params["output_config"] = body["output_config"]
    return params


def _answer(model: AnthropicModel, one: MessageBatchIndividualResponse) -> Answer:
    result = one.result
    if result.type == "succeeded":
        try:
            return tuple(model.read(result.message))
        except ProviderFault as fault:
            return fault
    if result.type == "errored":
        error = result.error.error
        told = without_secret(f"{error.type}: {error.message}", model.secret)
        return by_status(model.name, _STATUS.get(error.type, 500), told)
    return ProviderDown(f"A call to {model.name} in a batch has {result.type}. Ask again.")
