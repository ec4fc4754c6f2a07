"""Equipment from elsewhere: the sandbox that the settings name, and the tools of MCP servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from time import monotonic

from pydantic import SecretStr

from surefoot.errors import ConfigurationError
from surefoot.settings import McpServerSettings, Settings
from surefoot.tools import (
    E2BSandbox,
    LocalSandbox,
    McpTools,
    MontySandbox,
    Sandbox,
    SandboxUnavailable,
    Tool,
)

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 60.0
"""How long a server that could not be reached is left alone."""


async def open_sandbox(settings: Settings) -> Sandbox | None:
    """Return a sandbox that works, or None for none. Raises `SandboxUnavailable`."""
    if settings.tools.sandbox == "off":
        return None
    if settings.tools.sandbox == "e2b":
        if settings.e2b_api_key is None:
            raise SandboxUnavailable("The E2B sandbox needs a key: set E2B_API_KEY.")
        return E2BSandbox(api_key=settings.e2b_api_key.get_secret_value())
    sandbox = MontySandbox() if settings.tools.sandbox == "monty" else LocalSandbox()
    await sandbox.start()
    return sandbox


class McpServers:
    """Connections to MCP servers, made when tools are first asked for and made anew when lost.

    A server that cannot be reached costs its own tools and nothing else; `troubles` says why.
    """

    def __init__(
        self,
        servers: Mapping[str, McpServerSettings],
        *,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._servers = dict(servers)
        self._ticks = ticks
        self._connecting = asyncio.Lock()
        self._open: dict[str, McpTools] = {}
        self._tried: dict[str, float] = {}
        self.troubles: dict[str, str] = {}
        """Why a server's tools are missing, by its name."""

    async def tools(self) -> dict[str, tuple[Tool, ...]]:
        """Return the tools of each server that can be reached, by its name."""
        if self._servers:
            async with self._connecting:
                await asyncio.gather(*map(self._connect, self._servers))
        return {name: server.tools for name, server in self._open.items()}

    async def close(self) -> None:
        """End all connections, and the processes that were started for them."""
        await asyncio.gather(*(server.close() for server in self._open.values()))
        self._open.clear()

    async def _connect(self, name: str) -> None:
        if name in self._open and self._open[name].connected:
            return
        if self._ticks() - self._tried.get(name, -_RETRY_SECONDS) < _RETRY_SECONDS:
            return
        self._tried[name] = self._ticks()
        if (lost := self._open.pop(name, None)) is not None:
            await lost.close()
        wanted = self._servers[name]
        try:
            self._open[name] = await McpTools(
                name,
                url=wanted.url,
                command=wanted.command,
                env=_plain(wanted.env),
                only=wanted.only,
                looks_only=wanted.looks_only,
                timeout_seconds=wanted.timeout_seconds,
            ).__aenter__()
        except ConfigurationError as error:
            logger.warning("the tools of an MCP server are missing: %s", error)
            self.troubles[name] = str(error)
        else:
            self.troubles.pop(name, None)


def _plain(env: Mapping[str, SecretStr] | None) -> dict[str, str] | None:
    return None if env is None else {name: one.get_secret_value() for name, one in env.items()}
