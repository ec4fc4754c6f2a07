"""An MCP server over stdio, for tests: two tools that look and one that changes something."""

from __future__ import annotations

import anyio
from mcp.server.stdio import stdio_server

from surefoot import ToolError, tool
from surefoot.tools import mcp_server


@tool(side_effects=False)
async def divide(a: float, b: float = 2) -> dict[str, float]:
    """Divide a by b."""
    if b == 0:
        raise ToolError("Give a divisor that is not 0.")
    return {"quotient": a / b}


@tool(side_effects=False)
async def crash() -> str:
    """Fail."""
    raise RuntimeError("a secret")


@tool
async def launch(what: str) -> str:
    """Launch something."""
    return f"launched {what}"


async def main() -> None:
    """Serve until standard input ends."""
    server = mcp_server([divide, crash, launch])
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(main)
