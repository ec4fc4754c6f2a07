"""Threads: what people find when they open the bot, and what their threads are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import JsonValue
from slack_bolt.async_app import AsyncApp

from .inbox import Item
from .library import library_of, prompts_for
from .payloads import Json, inside, team_of
from .workspaces import Workspace

if TYPE_CHECKING:
    from .bot import SlackBot

_TITLE_CHARS = 80


class AssistantThreads:
    """The threads that people open with the bot, in its messages or in Slack's assistant pane."""

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot

    def add_to(self, app: AsyncApp) -> None:
        """Register what happens to such threads."""
        app.event("assistant_thread_started")(self._started)
        app.event("assistant_thread_context_changed")(_nothing_to_do)

    async def _started(self, body: Json) -> None:
        thread = inside(inside(body, "event"), "assistant_thread")
        await suggest(self._bot, team_of(body), thread.get("channel_id"), thread.get("thread_ts"))

    async def name(self, workspace: Workspace, item: Item) -> None:
        """Call a thread by its first question."""
        question = item.question
        if question.is_shared or not await self._bot.inbox.is_first(item):
            return
        line = " ".join(question.text.split())
        title = line if len(line) <= _TITLE_CHARS else f"{line[: _TITLE_CHARS - 1]}…"
        arguments = {
            "channel_id": question.place.channel,
            "thread_ts": question.place.thread_ts,
            "title": title or "A file",
        }
        await self._bot.calls.perhaps(workspace, "assistant.threads.setTitle", arguments)


async def suggest(bot: SlackBot, team: str, channel: JsonValue, thread_ts: JsonValue) -> None:
    """Suggest questions that the workspace's own data can answer, in a thread or above all."""
    workspace = await bot.workspaces.find(team)
    if workspace is None:
        return
    arguments = {
        "channel_id": channel,
        "thread_ts": thread_ts,
        "title": "You could ask",
        "prompts": prompts_for(await library_of(bot.assistant, bot.tenant(team))),
    }
    await bot.calls.perhaps(workspace, "assistant.threads.setSuggestedPrompts", arguments)


async def _nothing_to_do() -> None:
    """Take note: what the person looks at beside the thread changes no answer."""
