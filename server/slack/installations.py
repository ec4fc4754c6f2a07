"""Installations: the workspaces that have installed the app, with their tokens encrypted."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from logging import Logger, getLogger

from slack_bolt.error import BoltError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from surefoot.agent import Database
from surefoot.errors import ConfigurationError

from .calls import Calls
from .manifest import SCOPES
from .settings import SlackSettings
from .vault import Vault
from .workspaces import Workspace

logger = getLogger(__name__)

_STATE_SECONDS = 600


class Installations(AsyncInstallationStore, AsyncOAuthStateStore):
    """Workspaces in the bot's database. Each is a tenant of its own."""

    def __init__(self, vault: Vault, *, now: Callable[[], float] = time.time) -> None:
        self._vault = vault
        self._now = now
        self._database: Database | None = None
        self._known: dict[str, Workspace] = {}

    @property
    def has_many(self) -> bool:
        """True: what one workspace has is not another's."""
        return True

    @property
    def logger(self) -> Logger:
        """Where Bolt's flow logs to."""
        return logger

    async def open(self, calls: Calls, database: Database) -> None:
        """Read what is installed. Raises `ConfigurationError` when the key is another one."""
        self._database = database
        rows = await database.run(
            lambda c: c.execute("SELECT team, sealed FROM installations").fetchall()
        )
        for team, sealed in rows:
            self._known[team] = self._workspace(team, sealed)

    async def find(self, team: str) -> Workspace | None:
        """Return a workspace that has installed the app, also one that another replica knows."""
        if team not in self._known:
            row = await self._opened.run(
                lambda c: c.execute(
                    "SELECT sealed FROM installations WHERE team = ?", (team,)
                ).fetchone()
            )
            if row is None:
                return None
            self._known[team] = self._workspace(team, row[0])
        return self._known[team]

    async def remove(self, team: str) -> None:
        """Forget the tokens of a workspace that has taken the app out."""
        self._known.pop(team, None)
        await self._opened.run(
            lambda c: c.execute("DELETE FROM installations WHERE team = ?", (team,))
        )

    async def async_save(self, installation: Installation) -> None:
        """Keep what Slack has given, the token encrypted."""
        if installation.is_enterprise_install or not installation.team_id:
            raise BoltError("The app is installed in one workspace at a time, not in all at once.")
        team = installation.team_id
        sealed = self._vault.seal(
            {
                "token": str(installation.bot_token or ""),
                "bot_user": str(installation.bot_user_id or ""),
                "bot_id": str(installation.bot_id or ""),
            }
        )
        row = (team, sealed, self._now())
        await self._opened.run(
            lambda c: c.execute(
                "INSERT INTO installations VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                " SET sealed = excluded.sealed, at = excluded.at",
                row,
            )
        )
        self._known[team] = self._workspace(team, sealed)

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a state that an installation comes back with."""
        state = secrets.token_urlsafe(32)
        now = self._now()
        await self._opened.run(
            lambda c: c.execute("INSERT INTO states VALUES (?, ?)", (state, now))
        )
        return state

    async def async_consume(self, state: str) -> bool:
        """Return whether a state was issued lately, and has not come back before."""
        oldest = self._now() - _STATE_SECONDS

        def work(connection: sqlite3.Connection) -> bool:
            connection.execute("DELETE FROM states WHERE at < ?", (oldest,))
            return bool(connection.execute("DELETE FROM states WHERE state = ?", (state,)).rowcount)

        return await self._opened.run(work)

    def _workspace(self, team: str, sealed: bytes) -> Workspace:
        kept = self._vault.open(sealed)
        return Workspace(
            team=team, token=kept["token"], bot_user=kept["bot_user"], bot_id=kept["bot_id"]
        )

    @property
    def _opened(self) -> Database:
        if self._database is None:
            raise ConfigurationError("The Slack bot is not open; use `async with`.")
        return self._database


def oauth_flow(settings: SlackSettings, installations: Installations) -> AsyncOAuthFlow:
    """Return the pages on which a workspace installs the app."""
    secret = settings.client_secret
    assert secret is not None, "the settings do not let workspaces install the app"
    return AsyncOAuthFlow(
        client=AsyncWebClient(base_url=settings.api_url),
        logger=logger,
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=secret.get_secret_value(),
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=settings.redirect_url or None,
            installation_store=installations,
            state_store=installations,
            logger=logger,
        ),
    )
