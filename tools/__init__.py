"""Tools: what the assistant can do."""

from .decorator import tool
from .tool import Arguments, CallContext, Tool, ToolOutput
from .toolbox import Toolbox

__all__ = ["Arguments", "CallContext", "Tool", "ToolOutput", "Toolbox", "tool"]
