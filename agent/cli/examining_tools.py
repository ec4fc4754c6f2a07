"""The examination of where programs run, and of the servers that lend tools."""

from __future__ import annotations

from collections.abc import Mapping

from surefoot.settings import Settings
from surefoot.tools import LocalSandbox, SandboxUnavailable, Tool

from ..equipment import McpServers, open_sandbox
from .finding import Finding
from .lines import counted


async def sandbox(settings: Settings) -> list[Finding]:
    """Tell where the programs of models run."""
    try:
        opened = await open_sandbox(settings)
    except SandboxUnavailable as error:
        told = "none, so runs have no run_code"
        return [Finding(state="warn", what="sandbox", told=told, advice=str(error))]
    if opened is None:
        return [Finding(what="sandbox", told="off, so runs have no run_code")]
    told = "E2B's cloud, where the first program starts a machine"
    if isinstance(opened, LocalSandbox):
        told = f"tier {await opened.start()}; `surefoot sandbox verify` attacks it"
    await opened.close()
    return [Finding(what="sandbox", told=told)]


async def mcp_servers(settings: Settings) -> list[Finding]:
    """Tell of each MCP server whether it can be reached and how many tools it lends."""
    servers = McpServers(settings.tools.mcp)
    try:
        lent = await servers.tools()
        return [_lender(name, lent, servers) for name in settings.tools.mcp]
    finally:
        await servers.close()


def _lender(name: str, lent: Mapping[str, tuple[Tool, ...]], servers: McpServers) -> Finding:
    what = f"MCP server {name}"
    if name in lent:
        return Finding(what=what, told=counted(len(lent[name]), "tool"))
    return Finding(state="warn", what=what, told="not used", advice=servers.troubles[name])
