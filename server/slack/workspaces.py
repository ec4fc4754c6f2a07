"""Workspaces: as whom the bot speaks in each, and with which token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from surefoot.agent import Database
from surefoot.errors import ConfigurationError

if TYPE_CHECKING:
    from .calls import Calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One workspace, and who the bot is there."""

    team: str
    token: str
    bot_user: str
    bot_id: str

    def wrote(self, user: object, bot_id: object) -> bool:
        """Return whether a message by this user and bot is the bot's own."""
        return user == self.bot_user or (bool(self.bot_id) and bot_id == self.bot_id)


class Workspaces(Protocol):
    """The workspaces that the bot is in."""

    @property
    def has_many(self) -> bool:
        """True when each workspace is a tenant of its own."""
        ...

    async def open(self, calls: Calls, database: Database) -> None:
        """Get ready; raises `ConfigurationError` where a token is not taken."""
        ...

    async def find(self, team: str) -> Workspace | None:
        """Return a workspace, or None when the bot is not (any more) in it. Asks nobody."""
        ...


class OneWorkspace:
    """The workspace of one token."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._workspace: Workspace | None = None

    @property
    def has_many(self) -> bool:
        """False: what the assistant knows is the workspace's."""
        return False

    async def open(self, calls: Calls, database: Database) -> None:
        """Ask Slack once who the token's bot is."""
        from .calls import Refused, Unclear

        unknown = Workspace(team="", token=self._token, bot_user="", bot_id="")
        try:
            known = await calls.surely(unknown, "auth.test", {})
        except Refused as error:
            raise ConfigurationError(
                f"Slack does not take the bot token ({error.error}). Copy it anew from “OAuth & "
                "Permissions” of the app's pages, or install the app again."
            ) from None
        except Unclear as error:
            raise ConfigurationError(
                f"Slack does not say whose the bot token is ({error}); try again."
            ) from None
        self._workspace = Workspace(
            team=str(known["team_id"]),
            token=self._token,
            bot_user=str(known["user_id"]),
            bot_id=str(known.get("bot_id") or ""),
        )

    async def find(self, team: str) -> Workspace | None:
        """Return the one workspace. Channels that are shared with others count as its own."""
        if self._workspace is None:
            raise ConfigurationError("The Slack bot is not open; use `async with`.")
        return self._workspace
