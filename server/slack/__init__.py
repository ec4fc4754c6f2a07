"""The assistant in Slack: a bot that loses no message and answers each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .apps import slack_app
    from .bot import SlackBot
    from .checkup import Checked, check_slack, differences
    from .inbox import Inbox, open_database
    from .incoming import plain_text, question_in
    from .installations import Installations
    from .manifest import SCOPES, slack_manifest
    from .mrkdwn import mrkdwn_of
    from .people import Feedback, slack_feedback
    from .places import Place, tenant_of, user_of
    from .serving import SlackService, run_socket_mode, socket_mode
    from .settings import SlackSettings
    from .splitting import parts_of
    from .vault import Vault, new_vault_key
    from .web import slack_routes
    from .workspaces import OneWorkspace, Workspace, Workspaces

_HOMES = {
    "Inbox": "inbox",
    "open_database": "inbox",
    "SCOPES": "manifest",
    "Checked": "checkup",
    "Feedback": "people",
    "check_slack": "checkup",
    "differences": "checkup",
    "slack_feedback": "people",
    "Installations": "installations",
    "SlackService": "serving",
    "Vault": "vault",
    "slack_manifest": "manifest",
    "new_vault_key": "vault",
    "run_socket_mode": "serving",
    "slack_routes": "web",
    "socket_mode": "serving",
    "OneWorkspace": "workspaces",
    "Place": "places",
    "SlackBot": "bot",
    "SlackSettings": "settings",
    "Workspace": "workspaces",
    "Workspaces": "workspaces",
    "mrkdwn_of": "mrkdwn",
    "parts_of": "splitting",
    "plain_text": "incoming",
    "question_in": "incoming",
    "slack_app": "apps",
    "tenant_of": "places",
    "user_of": "places",
}

__all__ = [
    "SCOPES",
    "Checked",
    "Feedback",
    "Inbox",
    "Installations",
    "OneWorkspace",
    "Place",
    "SlackBot",
    "SlackService",
    "SlackSettings",
    "Vault",
    "Workspace",
    "Workspaces",
    "check_slack",
    "differences",
    "mrkdwn_of",
    "new_vault_key",
    "open_database",
    "parts_of",
    "plain_text",
    "question_in",
    "run_socket_mode",
    "slack_app",
    "slack_feedback",
    "slack_manifest",
    "slack_routes",
    "socket_mode",
    "tenant_of",
    "user_of",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
