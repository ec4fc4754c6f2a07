"""SQL over the user's own tables: guarded, read-only, in processes that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .catalog import Catalog, Column, Key, Table
    from .connection import hardened_connection
    from .guard import Guarded, guard_sql
    from .pool import QueryLimits
    from .postgres import ingest_postgres, is_postgres
    from .query_tool import sql_query
    from .report import TableReport
    from .workspace import QueryResult, Workspace

_HOMES = {
    "Catalog": "catalog",
    "Column": "catalog",
    "Guarded": "guard",
    "Key": "catalog",
    "QueryLimits": "pool",
    "QueryResult": "workspace",
    "Table": "catalog",
    "TableReport": "report",
    "Workspace": "workspace",
    "guard_sql": "guard",
    "hardened_connection": "connection",
    "ingest_postgres": "postgres",
    "is_postgres": "postgres",
    "sql_query": "query_tool",
}

__all__ = [
    "Catalog",
    "Column",
    "Guarded",
    "Key",
    "QueryLimits",
    "QueryResult",
    "Table",
    "TableReport",
    "Workspace",
    "guard_sql",
    "hardened_connection",
    "ingest_postgres",
    "is_postgres",
    "sql_query",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
