"""Batches of Anthropic's: the requests go up as one, the answers come down line by line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from surefoot.model import ModelPart, ModelRequest

from .anthropic import AnthropicModel
from .anthropic_wire import Body
from .diagnosis import by_status, without_secret
from .faults import ProviderDown, ProviderFault

if TYPE_CHECKING:
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
    from anthropic.types.messages import MessageBatchIndividualResponse

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


async def answered_by_anthropic(
    model: AnthropicModel, requests: Sequence[ModelRequest], pause: Callable[[], Awaitable[None]]
) -> dict[str, tuple[ModelPart, ...] | ProviderFault]:
    """Return what became of each request, by its number. Raises what the SDK raises."""
    batches = model.client.messages.batches
    batch = await batches.create(
        requests=[
            {"custom_id": str(number), "params": _params(model.body(request))}
            for number, request in enumerate(requests)
        ]
    )
    while batch.processing_status != "ended":
        await pause()
        batch = await batches.retrieve(batch.id)
    found = {one.custom_id: _answer(model, one) async for one in await batches.results(batch.id)}
    await batches.delete(batch.id)
    return found


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


def _answer(
    model: AnthropicModel, one: MessageBatchIndividualResponse
) -> tuple[ModelPart, ...] | ProviderFault:
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
