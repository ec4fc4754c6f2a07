"""The assistant in Slack: a bot that loses no message and answers each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .apps import slack_app
    from .bot import SlackBot
    from .incoming import plain_text, question_in
    from .mrkdwn import mrkdwn_of
    from .places import Place, tenant_of, user_of
    from .settings import SlackSettings
    from .splitting import parts_of
    from .workspaces import OneWorkspace, Workspace, Workspaces

_HOMES = {
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
    "OneWorkspace",
    "Place",
    "SlackBot",
    "SlackSettings",
    "Workspace",
    "Workspaces",
    "mrkdwn_of",
    "parts_of",
    "plain_text",
    "question_in",
    "slack_app",
    "tenant_of",
    "user_of",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
