"""Tools: what the assistant can do."""

from .tool import Arguments, CallContext, Tool, ToolOutput

__all__ = ["Arguments", "CallContext", "Tool", "ToolOutput"]
