"""Views: one run as each protocol tells it, from its beginning or from behind a place on."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import httpx
from websockets.asyncio.client import connect

ENDS = ("run.completed", "run.failed", "run.cancelled")
_STREAM = {"Accept": "text/event-stream"}
_MODES = ("values", "updates", "messages-tuple", "messages", "custom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A run that can be listened to."""

    http: httpx.AsyncClient
    """Knows the server's address."""
    thread_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One piece of a run: where it stands, and what it says."""

    place: str
    says: str


View = Callable[[Told, str | None], AsyncGenerator[Heard]]
"""Yields a run's pieces from behind a place to its end."""


async def websocket(told: Told, behind: str | None) -> AsyncGenerator[Heard]:
    """Listen on our WebSocket."""
    url = told.http.base_url.copy_with(scheme="ws")
    path = f"/v1/threads/{told.thread_id}/ws?after={behind or 0}"
    async with connect(f"{url}{path}", compression=None) as socket:
        try:
            async for raw in socket:
                frame = json.loads(raw)
                yield Heard(str(frame["seq"]), json.dumps(frame, sort_keys=True))
                if frame["type"] in ENDS:
                    return
        finally:
            socket.transport.abort()  # A line that is cut says no goodbye.


async def events(told: Told, behind: str | None) -> AsyncGenerator[Heard]:
    """Listen to our server-sent events."""
    path = f"/v1/threads/{told.thread_id}/events"
    async with aclosing(_sent(told, path, last_id=behind)) as sent:
        async for kind, data, place in sent:
            yield Heard(place, data)
            if kind in ENDS:
                return


async def response(told: Told, behind: str | None) -> AsyncGenerator[Heard]:
    """Listen to the stream of an OpenAI response."""
    path = f"/v1/responses/resp_{told.run_id}_0?stream=true&starting_after={behind or -1}"
    async with aclosing(_sent(told, path)) as sent:
        async for _, data, _ in sent:
            yield Heard(str(json.loads(data)["sequence_number"]), data)


async def langgraph(told: Told, behind: str | None) -> AsyncGenerator[Heard]:
    """Listen as LangGraph's `join_stream` does, in all modes."""
    path = f"/threads/{told.thread_id}/runs/{told.run_id}/stream"
    modes = "&".join(f"stream_mode={mode}" for mode in _MODES)
    async with aclosing(_sent(told, f"{path}?{modes}", last_id=behind)) as sent:
        async for kind, data, place in sent:
            if kind not in ("metadata", "end"):
                yield Heard(place, data)


VIEWS: dict[str, View] = {
    "WebSocket": websocket,
    "server-sent events": events,
    "OpenAI responses": response,
    "LangGraph join_stream": langgraph,
}


async def _sent(
    told: Told, path: str, *, last_id: str | None = None
) -> AsyncGenerator[tuple[str, str, str]]:
    """Yield the type, data and id of server-sent events."""
    headers = _STREAM if last_id is None else {**_STREAM, "Last-Event-ID": last_id}
    async with told.http.stream("GET", path, headers=headers) as answer:
        answer.raise_for_status()
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif not line:
                if "data" in fields:
                    yield fields.get("event", "message"), fields["data"], fields.get("id", "")
                fields = {}
