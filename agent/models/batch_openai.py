"""Batches of OpenAI's: a file of requests goes up, a file of answers comes down."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, JsonValue

from surefoot.model import ModelPart, ModelRequest

from .diagnosis import by_status, told_in, without_secret
from .faults import ProviderDown, ProviderFault
from .openai import OpenAIModel

_ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
_OVER = ("completed", "failed", "expired", "cancelled")


class _Response(BaseModel):
    status_code: int
    body: dict[str, JsonValue]


class _Line(BaseModel):
    custom_id: str
    response: _Response | None = None
    error: dict[str, JsonValue] | None = None


class _Ended(Protocol):
    """A batch that is over."""

    @property
    def status(self) -> str: ...
    @property
    def output_file_id(self) -> str | None: ...
    @property
    def error_file_id(self) -> str | None: ...


async def answered_by_openai(
    model: OpenAIModel, requests: Sequence[ModelRequest], pause: Callable[[], Awaitable[None]]
) -> dict[str, tuple[ModelPart, ...] | ProviderFault]:
    """Return what became of each request, by its number. Raises what the SDK raises."""
    client = model.client
    asked = "\n".join(_asked(model, requests)).encode()
    file = await client.files.create(file=("requests.jsonl", asked), purpose="batch")
    batch = await client.batches.create(
        input_file_id=file.id, endpoint=_ENDPOINT, completion_window="24h"
    )
    while batch.status not in _OVER:
        await pause()
        batch = await client.batches.retrieve(batch.id)
    found = {
        line.custom_id: _answer(model, line)
        for text in await _downloaded(model, batch)
        for line in map(_Line.model_validate_json, text.splitlines())
    }
    await client.files.delete(file.id)
    if not found:
        raise ProviderDown(f"A batch of {model.name} came to nothing: {_why(batch)}. Ask again.")
    return found


def _asked(model: OpenAIModel, requests: Sequence[ModelRequest]) -> Iterator[str]:
    for number, request in enumerate(requests):
        line = {"custom_id": str(number), "method": "POST", "url": _ENDPOINT}
        yield json.dumps({**line, "body": model.body(request)}, ensure_ascii=False)


async def _downloaded(model: OpenAIModel, batch: _Ended) -> list[str]:
    """Return the files of a batch that is over, which are then deleted there."""
    files, texts = model.client.files, list[str]()
    for file_id in (batch.output_file_id, batch.error_file_id):
        if file_id is not None:
            texts.append((await files.content(file_id)).text)
            await files.delete(file_id)
    return texts


def _answer(model: OpenAIModel, line: _Line) -> tuple[ModelPart, ...] | ProviderFault:
    from openai.types.chat import ChatCompletion

    if line.response is None:
        told = without_secret(told_in(line.error), model.secret)
        return ProviderDown(f"{model.name} said of a call in a batch: {told}. Ask again.")
    status, body = line.response.status_code, line.response.body
    if status >= 400:
        return by_status(model.name, status, without_secret(told_in(body), model.secret))
    try:
        return tuple(model.read(ChatCompletion.model_validate(body)))
    except ProviderFault as fault:
        return fault


def _why(batch: _Ended) -> str:
    errors: object = getattr(batch, "errors", None)
    told = [str(getattr(one, "message", "")) for one in getattr(errors, "data", None) or ()]
    return "; ".join(told) or batch.status
