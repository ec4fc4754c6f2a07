"""Home: the tab that says what the bot can do and what it remembers about the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from slack_bolt.async_app import AsyncAck, AsyncApp

from surefoot.errors import ConfigurationError
from surefoot.memory import Fact
from surefoot.scope import Scope

from .blocks import Block, actions, button, context, section
from .library import Library, library_of
from .mrkdwn import escaped
from .payloads import Json, inside, press_in, team_of
from .places import user_of
from .threads import suggest

if TYPE_CHECKING:
    from .bot import SlackBot

FORGET, FORGET_ALL, EVERYWHERE = (
    "surefoot_forget",
    "surefoot_forget_all",
    "surefoot_recall_everywhere",
)
_MOST_FACTS = 30
_SHOWN_NAMES = 15


@runtime_checkable
class RemembersFacts(Protocol):
    """A memory whose facts a person can look at and take away."""

    async def facts(self, scope: Scope, *, history: bool = False) -> list[Fact]:
        """Return all facts about the user, oldest first."""
        ...

    async def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one fact; False when there is none."""
        ...

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Delete facts and turns; return how many."""
        ...


class Home:
    """The Home tab of one bot."""

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot

    def add_to(self, app: AsyncApp) -> None:
        """Register the tab and its buttons."""
        app.event("app_home_opened")(self._opened)
        app.action(FORGET)(self._forget)
        app.action(FORGET_ALL)(self._forget_all)
        app.action(EVERYWHERE)(self._everywhere)

    async def _opened(self, body: Json) -> None:
        event = inside(body, "event")
        if event.get("tab", "home") == "home":
            await self.publish(team_of(body), str(event.get("user") or ""))
        else:
            await suggest(self._bot, team_of(body), event.get("channel"), None)

    async def _forget(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        if (memory := self._memory()) is not None:
            await memory.forget_fact(press.value, self._scope(press.team, press.user))
        await self.publish(press.team, press.user)

    async def _forget_all(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        scope = self._scope(press.team, press.user)
        try:
            await self._bot.assistant.forget(user=scope.user, tenant=scope.tenant)
        except ConfigurationError:  # The memory is not the assistant's own.
            if (memory := self._memory()) is not None:
                await memory.forget(scope)
        await self.publish(press.team, press.user)

    async def _everywhere(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        await self._bot.people.set_recalls_everywhere(press.team, press.user, press.value == "yes")
        await self.publish(press.team, press.user)

    async def publish(self, team: str, user: str) -> None:
        """Show a person the tab as things are now."""
        bot = self._bot
        workspace = await bot.workspaces.find(team)
        if workspace is None or not user:
            return
        memory = self._memory()
        facts = [] if memory is None else await memory.facts(self._scope(team, user))
        view = home_view(
            await library_of(bot.assistant, bot.tenant(team)),
            facts if memory is not None else None,
            recalls_everywhere=await bot.people.recalls_everywhere(team, user),
        )
        await bot.calls.perhaps(workspace, "views.publish", {"user_id": user, "view": view})

    def _memory(self) -> RemembersFacts | None:
        memory = self._bot.assistant.rooms.memory()
        return memory if isinstance(memory, RemembersFacts) else None

    def _scope(self, team: str, user: str) -> Scope:
        tenant = self._bot.tenant(team) or self._bot.assistant.settings.tenant
        return Scope(tenant=tenant, user=user_of(team, user), thread_id="slack-home")


def home_view(library: Library, facts: Sequence[Fact] | None, *, recalls_everywhere: bool) -> Block:
    """Return the tab; without a memory it says nothing of one."""
    blocks = [*_abilities(library)]
    if facts is not None:
        blocks += _memories(facts, recalls_everywhere)
    return {"type": "home", "blocks": [*blocks]}


def _abilities(library: Library) -> list[Block]:
    return [
        _header("What I can do"),
        section(
            "Ask me in a direct message, or mention me in a channel. I plan, look things up, check "
            "every sentence against what I found, and cite it. Files that you share in a thread "
            "are read for that thread. Say “stop” to stop me."
        ),
        section(f"*Documents*: {_names(library.documents)}\n*Tables*: {_names(library.tables)}"),
        {"type": "divider"},
    ]


def _memories(facts: Sequence[Fact], recalls_everywhere: bool) -> list[Block]:
    blocks: list[Block] = [_header("What I remember about you")]
    for fact in facts[:_MOST_FACTS]:
        line = section(escaped(fact.text)[:500])
        line["accessory"] = button("Forget", FORGET, fact.memory_id)
        blocks.append(line)
    if len(facts) > _MOST_FACTS:
        blocks.append(context(f"… and {len(facts) - _MOST_FACTS} more."))
    if not facts:
        blocks.append(section("Nothing yet."))
    label, value = (
        ("Keep to direct messages", "no")
        if recalls_everywhere
        else ("Also recall in channels", "yes")
    )
    where = "also in channels, where others read along" if recalls_everywhere else "only here"
    blocks.append(context(f"I recall this {where}."))
    blocks.append(
        actions(
            button(label, EVERYWHERE, value),
            button(
                "Forget everything",
                FORGET_ALL,
                "all",
                style="danger",
                confirm="All facts and earlier conversations are deleted for good.",
            ),
        )
    )
    return blocks


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def _names(names: Sequence[str]) -> str:
    if not names:
        return "_none yet_"
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(f"`{escaped(name)}`" for name in names[:_SHOWN_NAMES]) + more
