"""Connections that can read one database and touch nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def hardened_connection(
    database: str, *, memory_limit: str, threads: int, seconds: float, read_only: bool = True
) -> DuckDBPyConnection:
    """Open `database` without files, network, extensions, spilling or changeable settings.

    The order matters: the temporary directory cannot be set once external access is off, and
    nothing can be set once the configuration is locked.
    """
    import duckdb

    connection = duckdb.connect(
        database,
        read_only=read_only,
        config={
            "temp_directory": "",
            "max_temp_directory_size": "0KB",
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": memory_limit,
            "threads": threads,
            "max_execution_time": int(seconds * 1000),
        },
    )
    connection.execute("SET GLOBAL TimeZone='UTC'")
    connection.execute("SET GLOBAL lambda_syntax='ENABLE_SINGLE_ARROW'")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection
