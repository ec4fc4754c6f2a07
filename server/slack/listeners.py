"""Listeners: what the bot does when Slack says something. Acknowledging never waits for it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from .home import Home
from .incoming import Question, change_in, question_in
from .installations import Installations
from .payloads import Json, inside, team_of
from .pressed import Pressed
from .threads import AssistantThreads

if TYPE_CHECKING:
    from .bot import SlackBot

logger = logging.getLogger(__name__)

WARM_UP = "surefoot_warm_up"
"""An event of our own, which only passes through."""
_MESSAGES = frozenset({"message", "app_mention"})
_STOPS = frozenset({"stop", "cancel", "abort"})


class Listeners:
    """Connects a bot to a Bolt app."""

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot

    def add_to(self, app: AsyncApp) -> None:
        """Register everything beside what the app has already."""
        app.middleware(self._accept)
        for event in (*sorted(_MESSAGES), WARM_UP):
            app.event(event)(_nothing_more)
        for event in ("app_uninstalled", "tokens_revoked"):
            app.event(event)(self._taken_out)
        for part in (Pressed(self._bot), Home(self._bot), AssistantThreads(self._bot)):
            part.add_to(app)

    async def _accept(self, body: Json, next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        """Keep a message before it is acknowledged. When that fails, Slack sends it again."""
        if body.get("type") == "app_rate_limited":
            logger.warning("Slack holds back events of workspace %s: too many", team_of(body))
            return BoltResponse(status=200)
        event = body.get("event")
        if body.get("type") == "event_callback" and isinstance(event, dict):
            if event.get("type") in _MESSAGES:
                await self._take(body, event)
        await next()
        return None

    async def _take(self, body: Json, event: Json) -> None:
        bot, event_id = self._bot, str(body.get("event_id") or "")
        workspace = await bot.workspaces.find(team := team_of(body))
        if workspace is None:
            logger.warning("a message of workspace %s, where the app is not", team)
            return
        if (changed := change_in(event, bot_user=workspace.bot_user)) is not None:
            if (run_id := await bot.inbox.change(changed)) and changed.text is None:
                bot.later(bot.assistant.cancel(run_id))
            return
        question = question_in(event, team=team, bot_user=workspace.bot_user)
        if question is not None and await self._is_stop(question):
            await self._stop(event_id, question)
        elif await bot.inbox.accept(event_id, question) and question is not None:
            bot.wake()

    async def _taken_out(self, body: Json) -> None:
        """Forget a workspace's tokens: they do not work any more."""
        workspaces, revoked = self._bot.workspaces, inside(inside(body, "event"), "tokens")
        is_gone = inside(body, "event").get("type") == "app_uninstalled" or revoked.get("bot")
        if is_gone and isinstance(workspaces, Installations):
            await workspaces.remove(team_of(body))

    async def _is_stop(self, question: Question) -> bool:
        word = question.text.strip(" .!").lower()
        return word in _STOPS and bool(await self._bot.inbox.open_in(question.place))

    async def _stop(self, event_id: str, question: Question) -> None:
        """Stop what is being answered in the thread; the word itself is not a question."""
        bot = self._bot
        answered = await bot.inbox.open_in(question.place)
        if await bot.inbox.accept(event_id, question, outcome="stopped"):
            for item in answered:
                if item.run_id is not None:
                    bot.later(bot.assistant.cancel(item.run_id))


async def _nothing_more() -> None:
    """Let Bolt know that a message has been taken care of."""
