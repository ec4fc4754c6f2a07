"""Socket Mode, through Slack's own client: envelopes, warnings, and connections that break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from surefoot.server.slack import SlackService, socket_mode  # type: ignore[import-not-found]

from ..program import assistant_at
from .conftest import Running, serving, settings_for
from .events import Events
from .socket_mode import Sockets
from .web_api import APP_TOKEN, TOKEN, Slack

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(data_dir: Path) -> AsyncIterator[tuple[Running, Sockets]]:
    sockets = Sockets()
    async with serving(Slack(), sockets) as slack, assistant_at(data_dir) as assistant:
        settings = settings_for(slack, bot_token=TOKEN, app_token=APP_TOKEN, signing_secret=None)
        service = SlackService(assistant, settings)
        async with socket_mode(service, ping_seconds=0.5):
            await sockets.connected(1)

            async def nowhere(body: bytes, headers: dict[str, str]) -> httpx.Response:
                raise AssertionError("nothing comes over HTTP")

            events = Events(slack, nowhere)
            running = Running(slack=slack, bot=service.bot, events=events, assistant=assistant)
            yield running, sockets


async def test_an_event_in_an_envelope_is_acknowledged_and_answered(tmp_path: Path) -> None:
    async with connected(tmp_path) as (running, sockets):
        event = running.events.written("add 1 2")
        await sockets.send("events_api", running.events.envelope(event))
        await running.bot.idle()
        (answer,) = running.slack.thread("D1", str(event["ts"]))
    assert answer.shown == "It gave 3 [S1]."


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_ends_is_replaced_and_nothing_is_lost(
    tmp_path: Path, reason: str
) -> None:
    async with connected(tmp_path) as (running, sockets):
        await sockets.disconnect(reason)
        event = running.events.written("add 1 2")
        await sockets.send("events_api", running.events.envelope(event))
        await sockets.connected(2)
        await running.bot.idle()
        assert len(running.slack.thread("D1", str(event["ts"]))) == 1


async def test_an_envelope_whose_acknowledgement_is_lost_is_answered_once(tmp_path: Path) -> None:
    async with connected(tmp_path) as (running, sockets):
        sockets.is_deaf = True
        event = running.events.written("add 1 2")
        envelope = running.events.envelope(event)
        with pytest.raises(AssertionError, match="never"):
            await sockets.send("events_api", envelope, tries=20, again_seconds=0.005)
        sockets.is_deaf = False
        await sockets.send("events_api", envelope)
        await running.bot.idle()
        assert len(running.slack.thread("D1", str(event["ts"]))) == 1
