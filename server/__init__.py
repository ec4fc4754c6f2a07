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
    from .slack import SlackBot, SlackSettings

_HOMES = {
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
    "SlackSettings",
    "create_app",
    "router",
    "serve",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
