"""The command `tools`: what a run may do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.settings import Settings
    from surefoot.tools import Tool


@click.command()
@with_settings
@click.pass_obj
def tools(host: Host) -> int:
    """List the tools that a run may use, with their arguments and whether they ask first."""
    found, troubles = asyncio.run(_tools(host.settings()))
    click.echo("\n\n".join(described(tool) for tool in found))
    for trouble in troubles:
        click.echo(f"surefoot: {trouble}", err=True)
    return 0


async def _tools(settings: Settings) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    from .folder import open_rooms

    async with open_rooms(settings) as rooms:
        return await rooms.tools(), rooms.troubles


def described(tool: Tool) -> str:
    """Return a tool as a person reads about it."""
    from .lines import safe

    asks = "asks first" if tool.side_effects else "does not ask"
    about = safe(tool.spec().description).strip()
    lines = [f"{tool.name}({_signature(tool)})  {asks}"]
    return "\n".join([*lines, *(f"    {line}".rstrip() for line in about.splitlines())])


def _signature(tool: Tool) -> str:
    properties = tool.parameters.get("properties")
    needed = tool.parameters.get("required")
    if not isinstance(properties, dict):
        return ""
    required = needed if isinstance(needed, list) else []
    return ", ".join(name if name in required else f"{name}=…" for name in properties)
