"""The HTTP and WebSocket server: one durable event log, many protocols that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .app import create_app, router
    from .keys import ApiKey, KeyFile
    from .principal import EVERYTHING, Permission
    from .serving import serve
    from .settings import ServerSettings
    from .slack import (
        SlackBot,
        SlackService,
        SlackSettings,
        check_slack,
        new_vault_key,
        run_socket_mode,
        slack_feedback,
        slack_manifest,
    )

_HOMES = {
    "run_socket_mode": "slack",
    "new_vault_key": "slack",
    "slack_manifest": "slack",
    "slack_feedback": "slack",
    "check_slack": "slack",
    "SlackService": "slack",
    "EVERYTHING": "principal",
    "ApiKey": "keys",
    "KeyFile": "keys",
    "Permission": "principal",
    "ServerSettings": "settings",
    "SlackBot": "slack",
    "SlackSettings": "slack",
    "create_app": "app",
    "router": "app",
    "serve": "serving",
}

__all__ = [
    "EVERYTHING",
    "ApiKey",
    "KeyFile",
    "Permission",
    "ServerSettings",
    "SlackBot",
    "SlackService",
    "SlackSettings",
    "check_slack",
    "create_app",
    "new_vault_key",
    "router",
    "run_socket_mode",
    "serve",
    "slack_feedback",
    "slack_manifest",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
