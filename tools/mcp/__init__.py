"""MCP: tools of other servers for our assistant, and our tools for other assistants."""

from .client import McpTools
from .server import mcp_server

__all__ = ["McpTools", "mcp_server"]
