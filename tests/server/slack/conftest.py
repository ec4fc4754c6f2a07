"""What tests of Slack share: a Slack of our own, and bots in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from fastapi import FastAPI

from surefoot import Assistant
from surefoot.server import SlackBot, SlackSettings
from surefoot.server.slack import SlackService, slack_routes  # type: ignore[import-not-found]

from ..program import assistant_at
from .events import SECRET, Events
from .messages import Message
from .socket_mode import Sockets
from .web_api import TOKEN, Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A Slack that listens on this machine until the test ends."""
    async with serving(Slack()) as slack:
        yield slack


@asynccontextmanager
async def serving(slack: Slack, sockets: Sockets | None = None) -> AsyncIterator[Slack]:
    """Let a Slack be reached."""
    app = web.Application(client_max_size=1 << 26)
    app.add_routes(slack.routes())
    if sockets is not None:
        app.add_routes(sockets.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack.socket_url = slack.url.replace("http://", "ws://") + "/link"
    try:
        yield slack
    finally:
        await runner.cleanup()


@dataclass(slots=True, kw_only=True)
class Running:
    """A bot at work, and people who write to it."""

    slack: Slack
    bot: SlackBot
    events: Events
    assistant: Assistant

    async def ask(self, text: str, **more: str) -> list[Message]:
        """Write a message and return the bot's messages in its thread once it has answered."""
        ts = await self.events.say(text, **more)  # type: ignore[arg-type]
        await self.bot.idle()
        return self.slack.thread(more.get("channel", "D1"), more.get("thread_ts") or ts)


def settings_for(slack: Slack, **given: object) -> SlackSettings:
    """Return settings that hurry."""
    quick = {
        "api_url": f"{slack.url}/api/",
        "signing_secret": SECRET,
        "stream_seconds": 0.0,
        "update_seconds": 0.0,
        "stop_button_seconds": 3600.0,
        "retry_seconds": 0.01,
    }
    return SlackSettings.load(**{**quick, **given})


@asynccontextmanager
async def bot_in(
    slack: Slack,
    data_dir: Path,
    *,
    assistant: Assistant | None = None,
    **given: object,
) -> AsyncIterator[Running]:
    """Run a bot in a Bolt app behind FastAPI, as one serves it over HTTP."""
    settings = settings_for(slack, **{"bot_token": TOKEN, **given})
    async with assistant or assistant_at(data_dir) as opened:
        service = SlackService(opened, settings)
        async with service.bot as bot, http_client(service) as http:

            async def send(body: bytes, headers: dict[str, str]) -> httpx.Response:
                return await http.post("/slack/events", content=body, headers=headers)

            events = Events(slack, send)
            yield Running(slack=slack, bot=bot, events=events, assistant=opened)


def http_client(service: SlackService) -> httpx.AsyncClient:
    """Return a client of the routes that Slack calls."""
    web = FastAPI()
    web.include_router(slack_routes(service.app, service.settings, service.workspaces))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=web), base_url="http://bot")
