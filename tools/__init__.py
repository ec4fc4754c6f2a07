"""Tools: what the assistant can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decorator import tool
from .tool import Arguments, CallContext, Tool, ToolOutput
from .toolbox import Toolbox

if TYPE_CHECKING:
    from .foreign import tool_from_langchain, tool_from_schema
    from .memory_tools import Notes, recall_tool, remember_tool
    from .retrieval import PassageSearch, document_search

_HOMES = {
    "Notes": "memory_tools",
    "PassageSearch": "retrieval",
    "document_search": "retrieval",
    "recall_tool": "memory_tools",
    "remember_tool": "memory_tools",
    "tool_from_langchain": "foreign",
    "tool_from_schema": "foreign",
}

__all__ = [
    "Arguments",
    "CallContext",
    "Notes",
    "PassageSearch",
    "Tool",
    "ToolOutput",
    "Toolbox",
    "document_search",
    "recall_tool",
    "remember_tool",
    "tool",
    "tool_from_langchain",
    "tool_from_schema",
]


def __getattr__(name: str) -> object:
    """Load a name that only some programs need when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
