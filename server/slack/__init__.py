"""The assistant in Slack: a bot that loses no message and answers each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .bot import SlackBot
    from .incoming import plain_text, question_in
    from .mrkdwn import mrkdwn_of
    from .places import Place, tenant_of, user_of
    from .settings import SlackSettings
    from .splitting import parts_of

_HOMES = {
    "Place": "places",
    "SlackBot": "bot",
    "SlackSettings": "settings",
    "mrkdwn_of": "mrkdwn",
    "parts_of": "splitting",
    "plain_text": "incoming",
    "question_in": "incoming",
    "tenant_of": "places",
    "user_of": "places",
}

__all__ = [
    "Place",
    "SlackBot",
    "SlackSettings",
    "mrkdwn_of",
    "parts_of",
    "plain_text",
    "question_in",
    "tenant_of",
    "user_of",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
