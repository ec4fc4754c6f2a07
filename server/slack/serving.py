"""Serving: the bot made from settings, over Socket Mode or on a server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from surefoot.agent import Assistant
from surefoot.errors import ConfigurationError

from .apps import slack_app, workspaces_for
from .bot import SlackBot
from .settings import SlackSettings
from .workspaces import Workspaces

if TYPE_CHECKING:
    from fastapi import APIRouter

_PING_SECONDS = 10


class SlackService:
    """A bot with its Bolt app, made from settings. Raises `ConfigurationError`."""

    def __init__(self, assistant: Assistant, settings: SlackSettings) -> None:
        self.settings = settings
        self.workspaces: Workspaces = workspaces_for(settings)
        self.app: AsyncApp = slack_app(settings, self.workspaces)
        self.bot = SlackBot(assistant, self.app, settings=settings, workspaces=self.workspaces)

    def routes(self) -> APIRouter:
        """Return the routes that Slack calls, for a FastAPI app."""
        from .web import slack_routes

        return slack_routes(self.app, self.settings, self.workspaces)


@asynccontextmanager
async def socket_mode(
    service: SlackService, *, ping_seconds: float = _PING_SECONDS
) -> AsyncIterator[None]:
    """Hear events over Socket Mode until the block ends."""
    token = service.settings.app_token
    if token is None:
        raise ConfigurationError(
            "Socket Mode needs an app token: make one with the scope connections:write on the "
            "app's “Basic Information” page and set SLACK_APP_TOKEN to it."
        )
    async with service.bot:
        handler = AsyncSocketModeHandler(
            service.app, token.get_secret_value(), ping_interval=ping_seconds
        )
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def run_socket_mode(
    assistant: Assistant, settings: SlackSettings, *, ready: Callable[[], None]
) -> None:
    """Answer over Socket Mode until a signal comes. What is not answered then is taken up again."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    service = SlackService(assistant, settings)
    async with assistant, socket_mode(service):
        ready()
        await ended.wait()
