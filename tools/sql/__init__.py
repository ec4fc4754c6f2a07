"""SQL over the user's own tables: guarded, read-only, in processes that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalog import Catalog, Column, Key, Table
    from .connection import hardened_connection
    from .guard import Guarded, guard_sql
    from .pool import QueryLimits
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
    "sql_query",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that workers start quickly."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
