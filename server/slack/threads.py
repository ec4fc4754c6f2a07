"""Threads: Slack's threads with an assistant, with suggestions, a title and what is being done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt.async_app import AsyncApp

from .inbox import Item
from .library import library_of, prompts_for
from .payloads import Json, inside, team_of
from .workspaces import Workspace

if TYPE_CHECKING:
    from .bot import SlackBot

_TITLE_CHARS = 80


class AssistantThreads:
    """The threads that people open with the bot in Slack's assistant pane."""

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot

    def add_to(self, app: AsyncApp) -> None:
        """Register what happens to such threads."""
        app.event("assistant_thread_started")(self._started)
        app.event("assistant_thread_context_changed")(_nothing_to_do)

    async def _started(self, body: Json) -> None:
        """Suggest questions that the workspace's own data can answer."""
        bot, thread = self._bot, inside(inside(body, "event"), "assistant_thread")
        workspace = await bot.workspaces.find(team_of(body))
        if workspace is None:
            return
        library = await library_of(bot.assistant, bot.tenant(team_of(body)))
        arguments = {
            "channel_id": thread.get("channel_id"),
            "thread_ts": thread.get("thread_ts"),
            "title": "You could ask",
            "prompts": prompts_for(library),
        }
        await bot.calls.perhaps(workspace, "assistant.threads.setSuggestedPrompts", arguments)

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


async def _nothing_to_do() -> None:
    """Take note: what the person looks at beside the thread changes no answer."""
