"""Serving: a process that answers until it is told to stop, and stops without losing a run."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from surefoot.agent import Assistant, hiding
from surefoot.errors import ConfigurationError

from .app import app_of
from .logs import set_up_logging
from .service import Service
from .settings import ServerSettings

if TYPE_CHECKING:
    from .slack import SlackSettings

_MOST_FRAME_BYTES = 1_000_000


def serve(
    assistant: Assistant,
    settings: ServerSettings | None = None,
    *,
    ready: Callable[[str], None] | None = None,
    debug: bool = False,
    slack: SlackSettings | None = None,
) -> None:
    """Serve an assistant until a signal comes. `ready` is told the address once it answers.

    On the first signal no new runs are taken; those that go on get some time, and what is then
    left is resumed by the next process. A second signal ends it at once.
    """
    settings = settings or ServerSettings.load()
    service = Service(assistant, settings)
    set_up_logging(as_json=settings.log_json, debug=debug, hide=hiding(assistant.settings))
    config = uvicorn.Config(
        app_of(service, slack=slack),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=_MOST_FRAME_BYTES,
        ws_max_queue=16,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config, service, ready or _announce)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    if not server.started:
        raise ConfigurationError(
            f"The server could not start on {settings.host}:{settings.port}; its log says why."
        )


class _Server(uvicorn.Server):
    """Drains before it shuts down."""

    def __init__(
        self, config: uvicorn.Config, service: Service, ready: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            self._service.open_door(address)
            self._ready(address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining = asyncio.ensure_future(self._service.drain(self._service.settings.drain_seconds))
        while not draining.done() and not self.force_exit:
            await asyncio.wait([draining], timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets=sockets)


def _announce(address: str) -> None:
    print(f"Surefoot answers at {address}", file=sys.stderr, flush=True)
