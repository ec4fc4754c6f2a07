"""Batches of OpenAI's: a file of requests goes up, a file of answers comes down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, JsonValue

from surefoot.model import ModelRequest

from .batch_book import KeptBatch
from .batch_desk import CLOCKS_DIFFER_SECONDS, Answer, Pause, custom_id, number_of
from .diagnosis import by_status, told_in, without_secret
from .faults import ProviderDown, ProviderFault
from .openai import OpenAIModel

if TYPE_CHECKING:
    from openai.types import Batch

_ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
_OVER = ("completed", "failed", "expired", "cancelled")
_MARK = "surefoot"
"""Where a batch's metadata holds our mark."""


class _Response(BaseModel):
    status_code: int
    body: dict[str, JsonValue]


class _Line(BaseModel):
    custom_id: str
    response: _Response | None = None
    error: dict[str, JsonValue] | None = None


class OpenAIBatches:
    """The batches of one model of OpenAI's."""

    def __init__(self, model: OpenAIModel) -> None:
        self._model = model

    async def send(self, mark: str, requests: Sequence[ModelRequest]) -> str:
        """Hand in a batch under our mark."""
        client, asked = self._model.client, "\n".join(self._lines(mark, requests)).encode()
        file = await client.files.create(file=(_file_name(mark), asked), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id,
            endpoint=_ENDPOINT,
            completion_window="24h",
            metadata={_MARK: mark},
        )
        return batch.id

    async def find(self, kept: KeptBatch, pause: Pause) -> str | None:
        """Look for the batch that bears the mark; delete a file that went up without one."""
        client, oldest = self._model.client, kept.began - CLOCKS_DIFFER_SECONDS
        async for batch in client.batches.list(limit=100):
            if (batch.metadata or {}).get(_MARK) == kept.mark:
                return batch.id
            if batch.created_at < oldest:
                break
        async for file in client.files.list(purpose="batch", order="desc"):
            if file.filename == _file_name(kept.mark):
                await client.files.delete(file.id)
            if file.created_at < oldest:
                break
        return None

    async def answers(self, batch_id: str, pause: Pause) -> dict[int, Answer]:
        """Wait for a batch and return what became of each request."""
        model = self._model
        batch = await model.client.batches.retrieve(batch_id)
        while batch.status not in _OVER:
            await pause()
            batch = await model.client.batches.retrieve(batch_id)
        found = {
            number_of(line.custom_id): _answer(model, line)
            for file_id in _answer_files(batch)
            for line in map(
                _Line.model_validate_json,
                (await model.client.files.content(file_id)).text.splitlines(),
            )
        }
        if not found:
            told = f"A batch of {model.name} came to nothing: {_why(batch)}. Ask again."
            raise ProviderDown(told)
        return found

    async def delete(self, batch_id: str) -> None:
        """Delete the files of a batch that is over; its name and numbers stay with OpenAI."""
        batch = await self._model.client.batches.retrieve(batch_id)
        for file_id in (batch.input_file_id, *_answer_files(batch)):
            await self._model.client.files.delete(file_id)

    def _lines(self, mark: str, requests: Sequence[ModelRequest]) -> Iterator[str]:
        for number, request in enumerate(requests):
            line = {"custom_id": custom_id(mark, number), "method": "POST", "url": _ENDPOINT}
            yield json.dumps({**line, "body": self._model.body(request)}, ensure_ascii=False)


def _file_name(mark: str) -> str:
    return f"{_MARK}-{mark}.jsonl"


def _answer_files(batch: Batch) -> list[str]:
    return [file for file in (batch.output_file_id, batch.error_file_id) if file is not None]


def _answer(model: OpenAIModel, line: _Line) -> Answer:
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


def _why(batch: Batch) -> str:
    errors = (batch.errors and batch.errors.data) or []
    return "; ".join(error.message or "" for error in errors) or batch.status
