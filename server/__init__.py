"""The HTTP and WebSocket server: one durable event log, many protocols that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import create_app, router
    from .keys import ApiKey, KeyFile
    from .principal import EVERYTHING, Permission
    from .serving import serve
    from .settings import ServerSettings

_HOMES = {
    "EVERYTHING": "principal",
    "ApiKey": "keys",
    "KeyFile": "keys",
    "Permission": "principal",
    "ServerSettings": "settings",
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
    "create_app",
    "router",
    "serve",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
