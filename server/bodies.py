"""Bodies: what clients send, and how much of it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from .settings import ServerSettings

UPLOAD_PATH = "/v1/documents"
PICTURE_PATHS = frozenset(
    {
        *("/v1/threads/{thread_id}/runs", "/v1/chat/completions", "/v1/responses"),
        *("/runs", "/runs/stream", "/runs/wait"),
        *(f"/threads/{{thread_id}}/runs{way}" for way in ("", "/stream", "/wait")),
    }
)
"""Where questions are asked, which may show pictures."""

_AROUND_AN_UPLOAD = 10_000
"""Bytes of a form beside its file."""
_MOST_LARGE = 4
"""Large bodies in memory at once; uploads are not, they go to disk as they come."""
_LARGE_SECONDS = 60


class Strict(BaseModel):
    """A body in which nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


class Intake:
    """Bounds what is read of each body, and of all large ones together.

    What it raises while a body is read is an `HTTPException`: FastAPI makes a 400 of all else.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._large = 0

    @contextmanager
    def bounded(self, path: str, request: Request) -> Iterator[Request]:
        """Give the request with an end to its body."""
        most = self._most(path)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            raise _too_large(most)
        reading = _Reading(self, request.receive, most, is_kept=path in PICTURE_PATHS)
        try:
            reading.expect(int(length))
            yield Request(request.scope, reading.receive)
        finally:
            self._large -= reading.is_large

    def is_large(self, size: int) -> bool:
        """Return whether a body is larger than those of which any number is read at once."""
        return size > self._settings.max_body_bytes

    def take_large(self) -> None:
        """Count a large body in, unless there are too many."""
        if self._large >= _MOST_LARGE:
            told = "Too many large questions are being read; try again in a moment."
            raise HTTPException(503, told, {"Retry-After": "2"})
        self._large += 1

    def _most(self, path: str) -> int:
        if path == UPLOAD_PATH:
            return self._settings.max_upload_bytes + _AROUND_AN_UPLOAD
        if path in PICTURE_PATHS:
            return max(self._settings.max_question_bytes, self._settings.max_body_bytes)
        return self._settings.max_body_bytes


class _Reading:
    """One body on its way in."""

    def __init__(self, intake: Intake, receive: Receive, most: int, *, is_kept: bool) -> None:
        self._intake = intake
        self._receive = receive
        self._most = most
        self._is_kept = is_kept
        self._seen = 0
        self._until: float | None = None

    @property
    def is_large(self) -> bool:
        """True when it counts among the large ones; it then has to come within some time."""
        return self._until is not None

    def expect(self, size: int) -> None:
        """Take note of how large the body is at least."""
        if self._is_kept and not self.is_large and self._intake.is_large(size):
            self._intake.take_large()
            self._until = asyncio.get_running_loop().time() + _LARGE_SECONDS

    async def receive(self) -> Message:
        """Return the next piece."""
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The body did not arrive in time.") from None
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise _too_large(self._most)
        self.expect(self._seen)
        return message


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {most:,} bytes.")
