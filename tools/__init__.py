"""Tools: what the assistant can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .decorator import tool
from .naming import foreign_names, provider_name
from .options import ToolOptions
from .tool import RESULT_CHARACTERS, Approval, Arguments, CallContext, Doubt, Tool, ToolOutput
from .toolbox import Toolbox

if TYPE_CHECKING:
    from .chart import chart_tool
    from .code import (
        Attack,
        E2BSandbox,
        Execution,
        LocalSandbox,
        MontyPool,
        MontySandbox,
        ProgramError,
        Sandbox,
        SandboxLimits,
        SandboxUnavailable,
        Tier,
        code_runner,
        script_runner,
        verify,
    )
    from .foreign import tool_from_langchain, tool_from_schema
    from .langchain import DocumentRetriever, to_langchain
    from .mcp import McpTools, mcp_server
    from .memory_tools import Notes, recall_tool, remember_tool
    from .more import read_more
    from .retrieval import PassageSearch, document_search
    from .sql import (
        Guarded,
        QueryLimits,
        QueryResult,
        Table,
        TableReport,
        Workspace,
        guard_sql,
        hardened_connection,
        sql_query,
    )
    from .strict import from_strict, strict_schema
    from .taint import (
        DEFAULT_POLICY,
        Origin,
        Origins,
        Policy,
        Replayed,
        Rule,
        Ruling,
        note_evidence,
        replay,
    )

_HOMES = {
    "read_more": "more",
    "DocumentRetriever": "langchain",
    "to_langchain": "langchain",
    "from_strict": "strict",
    "strict_schema": "strict",
    "McpTools": "mcp",
    "mcp_server": "mcp",
    "chart_tool": "chart",
    "note_evidence": "taint",
    "Attack": "code",
    "E2BSandbox": "code",
    "verify": "code",
    "replay": "taint",
    "Ruling": "taint",
    "Rule": "taint",
    "Replayed": "taint",
    "Policy": "taint",
    "Origins": "taint",
    "Origin": "taint",
    "DEFAULT_POLICY": "taint",
    "Execution": "code",
    "Guarded": "sql",
    "LocalSandbox": "code",
    "MontyPool": "code",
    "MontySandbox": "code",
    "Notes": "memory_tools",
    "PassageSearch": "retrieval",
    "ProgramError": "code",
    "QueryLimits": "sql",
    "QueryResult": "sql",
    "Sandbox": "code",
    "SandboxLimits": "code",
    "SandboxUnavailable": "code",
    "Tier": "code",
    "Table": "sql",
    "TableReport": "sql",
    "Workspace": "sql",
    "code_runner": "code",
    "script_runner": "code",
    "document_search": "retrieval",
    "guard_sql": "sql",
    "hardened_connection": "sql",
    "recall_tool": "memory_tools",
    "remember_tool": "memory_tools",
    "sql_query": "sql",
    "tool_from_langchain": "foreign",
    "tool_from_schema": "foreign",
}

__all__ = [
    "DEFAULT_POLICY",
    "RESULT_CHARACTERS",
    "Approval",
    "Arguments",
    "Attack",
    "CallContext",
    "DocumentRetriever",
    "Doubt",
    "E2BSandbox",
    "Execution",
    "Guarded",
    "LocalSandbox",
    "McpTools",
    "MontyPool",
    "MontySandbox",
    "Notes",
    "Origin",
    "Origins",
    "PassageSearch",
    "Policy",
    "ProgramError",
    "QueryLimits",
    "QueryResult",
    "Replayed",
    "Rule",
    "Ruling",
    "Sandbox",
    "SandboxLimits",
    "SandboxUnavailable",
    "Table",
    "TableReport",
    "Tier",
    "Tool",
    "ToolOptions",
    "ToolOutput",
    "Toolbox",
    "Workspace",
    "chart_tool",
    "code_runner",
    "document_search",
    "foreign_names",
    "from_strict",
    "guard_sql",
    "hardened_connection",
    "mcp_server",
    "note_evidence",
    "provider_name",
    "read_more",
    "recall_tool",
    "remember_tool",
    "replay",
    "script_runner",
    "sql_query",
    "strict_schema",
    "to_langchain",
    "tool",
    "tool_from_langchain",
    "tool_from_schema",
    "verify",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
