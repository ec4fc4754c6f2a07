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
    from .memory_tools import Changing, Notes, correct_tool, forget_tool, recall_tool, remember_tool
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
        ingest_postgres,
        is_postgres,
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
    "Attack": "code",
    "Changing": "memory_tools",
    "DEFAULT_POLICY": "taint",
    "DocumentRetriever": "langchain",
    "E2BSandbox": "code",
    "Execution": "code",
    "Guarded": "sql",
    "LocalSandbox": "code",
    "McpTools": "mcp",
    "MontyPool": "code",
    "MontySandbox": "code",
    "Notes": "memory_tools",
    "Origin": "taint",
    "Origins": "taint",
    "PassageSearch": "retrieval",
    "Policy": "taint",
    "ProgramError": "code",
    "QueryLimits": "sql",
    "QueryResult": "sql",
    "Replayed": "taint",
    "Rule": "taint",
    "Ruling": "taint",
    "Sandbox": "code",
    "SandboxLimits": "code",
    "SandboxUnavailable": "code",
    "Table": "sql",
    "TableReport": "sql",
    "Tier": "code",
    "Workspace": "sql",
    "chart_tool": "chart",
    "code_runner": "code",
    "correct_tool": "memory_tools",
    "document_search": "retrieval",
    "forget_tool": "memory_tools",
    "from_strict": "strict",
    "guard_sql": "sql",
    "hardened_connection": "sql",
    "ingest_postgres": "sql",
    "is_postgres": "sql",
    "mcp_server": "mcp",
    "note_evidence": "taint",
    "read_more": "more",
    "recall_tool": "memory_tools",
    "remember_tool": "memory_tools",
    "replay": "taint",
    "script_runner": "code",
    "sql_query": "sql",
    "strict_schema": "strict",
    "to_langchain": "langchain",
    "tool_from_langchain": "foreign",
    "tool_from_schema": "foreign",
    "verify": "code",
}

__all__ = [
    "DEFAULT_POLICY",
    "RESULT_CHARACTERS",
    "Approval",
    "Arguments",
    "Attack",
    "CallContext",
    "Changing",
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
    "correct_tool",
    "document_search",
    "foreign_names",
    "forget_tool",
    "from_strict",
    "guard_sql",
    "hardened_connection",
    "ingest_postgres",
    "is_postgres",
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
