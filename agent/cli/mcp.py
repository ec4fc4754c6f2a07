"""The command `mcp`: our tools for other assistants, over standard input and output."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.settings import Settings


@click.command()
@click.option("--user", default="me", show_default=True, help="Whose memory is used.")
@with_settings
@click.pass_obj
def mcp(host: Host, user: str) -> int:
    """Offer search, SQL, code and memory to a program that speaks MCP and starts this one.

    The program at the other end is the one to ask its user before something is changed.
    """
    asyncio.run(_serve(host.settings(), user))
    return 0


async def _serve(settings: Settings, user: str) -> None:
    from surefoot.tools import mcp_server

    from .folder import open_rooms, scope_of

    async with open_rooms(settings) as rooms:
        own = await rooms.own_tools()
        server = mcp_server(own, side_effects=True, scope=lambda: scope_of(settings, user))
        from mcp.server.stdio import stdio_server

        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
