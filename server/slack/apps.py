"""Apps: a Bolt app made from the settings, which asks Slack nothing while it acknowledges."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from surefoot.errors import ConfigurationError

from .installations import Installations
from .settings import SlackSettings
from .vault import Vault
from .workspaces import OneWorkspace, Workspaces

logger = logging.getLogger(__name__)


def slack_app(settings: SlackSettings, workspaces: Workspaces) -> AsyncApp:
    """Return a Bolt app that knows its workspaces without asking.

    Bolt's own ways ask Slack who the bot is when an event comes. While Slack does not answer, that
    takes longer than an acknowledgement may, or acknowledges what has not been kept.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        workspace = await workspaces.find(team_id or "")
        if workspace is None:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=workspace.bot_user,
            bot_id=workspace.bot_id,
            bot_token=workspace.token,
        )

    secret = settings.signing_secret
    return AsyncApp(
        name="surefoot",
        logger=logging.getLogger("surefoot.slack"),
        client=AsyncWebClient(base_url=settings.api_url),
        signing_secret=secret.get_secret_value() if secret is not None else "",
        request_verification_enabled=secret is not None,
        authorize=authorize,
    )


def workspaces_for(settings: SlackSettings) -> Workspaces:
    """Return the workspaces that the settings name. Raises `ConfigurationError`."""
    if settings.installs:
        return Installations(Vault(settings.encryption_key))
    if settings.bot_token is None:
        raise ConfigurationError(
            "There is no bot token. Set SLACK_BOT_TOKEN to the token that begins with xoxb-, or, "
            "for several workspaces, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
        )
    return OneWorkspace(settings.bot_token.get_secret_value())
