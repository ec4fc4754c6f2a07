"""Slack's side of Socket Mode: a WebSocket that speaks envelopes.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from itertools import count

from aiohttp import WSMsgType, web

from .messages import Json


class Sockets:
    """The connections of one app. An envelope that is not acknowledged is sent again."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._open: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Event] = {}
        self._news = asyncio.Event()
        self.connections = 0
        self.replies: dict[str, Json] = {}
        self.is_deaf = False
        """True to lose acknowledgements, as a connection does that is about to break."""

    def routes(self) -> list[web.RouteDef]:
        """Return where clients connect to."""
        return [web.get("/link", self._link)]

    async def connected(self, connections: int) -> None:
        """Wait until there have been so many connections, and one is open."""
        async with asyncio.timeout(60):
            while self.connections < connections or not self._open:
                self._news.clear()
                await self._news.wait()

    async def send(
        self, kind: str, payload: Json, *, tries: int = 300, again_seconds: float = 0.2
    ) -> None:
        """Send an envelope until it is acknowledged."""
        envelope_id = f"envelope-{next(self._numbers)}"
        acked = self._acks[envelope_id] = asyncio.Event()
        for attempt in range(tries):
            envelope = {
                "envelope_id": envelope_id,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
                "retry_attempt": attempt,
                "retry_reason": "timeout" if attempt else "",
            }
            if self._open:
                with suppress(ConnectionResetError):  # It may be about to be taken out.
                    await self._open[-1].send_str(json.dumps(envelope))
            try:
                async with asyncio.timeout(again_seconds):
                    await acked.wait()
                return
            except TimeoutError:
                continue
        raise AssertionError(f"{envelope_id} was never acknowledged")

    async def disconnect(self, reason: str) -> None:
        """Say that a connection ends soon (`warning`) or now (`refresh_requested`)."""
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "emulator"}}
        await self._open[-1].send_str(json.dumps(told))

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}
        await socket.send_str(json.dumps(hello))
        self._open.append(socket)
        self.connections += 1
        self._news.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(json.loads(message.data))
        finally:
            self._open.remove(socket)
            self._news.set()
        return socket

    def _hear(self, reply: Json) -> None:
        if self.is_deaf:
            return
        envelope_id = str(reply["envelope_id"])
        self.replies[envelope_id] = reply
        self._acks[envelope_id].set()
