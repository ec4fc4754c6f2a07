"""Nothing that failed its check leaves by Slack: no message, piece, modal, tab, whisper or file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surefoot.limits import ReleasePolicy

from ..server.slack.conftest import Running, bot_in, serving
from ..server.slack.messages import Message
from ..server.slack.methods import METHODS
from ..server.slack.web_api import Fault, Slack
from .lying import LIES, NEVER, clean, files, liar_at

pytestmark = pytest.mark.anyio

SAY_NOTHING_OF_ANSWERS = {
    *("auth.test", "oauth.v2.access", "apps.connections.open", "apps.manifest.export"),
    *("conversations.replies", "assistant.threads.setSuggestedPrompts"),
    *("files.getUploadURLExternal", "files.completeUploadExternal"),
}
"""Calls that sign in, read, propose questions about documents, or send charts, which are drawn
from evidence."""


async def pressed(running: Running, answer: Message) -> None:
    """Open the sources of an answer, think well of it, and open the home tab."""
    if (sources := answer.buttons().get("Show the sources")) is not None:
        await running.events.press(sources, message=answer)
        await running.slack.until(lambda: running.slack.views)
    for block in answer.of_type("context_actions"):
        elements = block["elements"]
        assert isinstance(elements, list)
        good = elements[0]["positive_button"]["value"]
        await running.events.press(elements[0], message=answer, value=good)
        await running.slack.until(lambda: running.slack.ephemeral)
    await running.events.deliver({"type": "app_home_opened", "user": "U1", "tab": "home"})
    await running.slack.until(lambda: running.slack.homes.get("U1"))


def sent(slack: Slack) -> bytes:
    """Return everything that has ever been sent to Slack."""
    calls = [json.dumps([call.method, call.body], default=str) for call in slack.calls]
    return "\n".join(calls).encode() + b"".join(slack.uploads.values())


async def lied(folder: Path, release: ReleasePolicy, *, streams: bool = True) -> Slack:
    """Let every lie be asked of a bot, and what it says be pressed."""
    async with serving(Slack()) as slack:
        if not streams:
            slack.faults["chat.startStream"] += [Fault(error="unknown_method")] * len(LIES)
        liar = liar_at(folder, release=release, record=False)
        async with bot_in(slack, folder, assistant=liar) as running:
            for question in LIES:
                for answer in await running.ask(question):
                    await pressed(running, answer)
            (in_channel,) = await running.ask("lie", channel="C1")
            assert "I left out" in in_channel.shown
    return slack


@pytest.mark.parametrize("streams", [True, False])
async def test_what_failed_its_check_does_not_leave_by_slack(tmp_path: Path, streams: bool) -> None:
    slack = await lied(tmp_path, "hold", streams=streams)
    said = clean(sent(slack))
    assert b"It is 3" in said and b"I left out" in said
    for kept in files(tmp_path).values():
        assert [word for word in NEVER if word in kept] == []
    called = {call.method for call in slack.calls}
    ways = {"chat.startStream", "chat.appendStream", "chat.stopStream"}
    others = {"chat.postMessage", "chat.update"}
    assert (ways if streams else others) <= called
    assert METHODS.keys() - called - ways - others <= SAY_NOTHING_OF_ANSWERS


async def test_what_is_taken_back_does_not_stay_in_slack(tmp_path: Path) -> None:
    slack = await lied(tmp_path, "retract")
    shown = [repr(message) for message in slack.messages.values() if message.bot_id]
    assert len(shown) > len(LIES)
    stays = [*shown, *map(repr, slack.views), *map(repr, slack.homes.values())]
    clean("\n".join([*stays, *map(repr, slack.ephemeral)]).encode())
