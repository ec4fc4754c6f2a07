"""Refusals: why a query is not run, with a word for programs and a sentence for the model."""

from __future__ import annotations

from typing import Literal

from surefoot.errors import ToolError

RefusalCode = Literal[
    "no_tables",
    "sql_error",
    "sql_not_allowed",
    "sql_stopped",
    "sql_syntax",
    "unknown_column",
    "unknown_table",
    "value_not_in_data",
]


class Refused(ToolError):
    """A query that is not run, or that came to nothing."""

    def __init__(self, message: str, code: RefusalCode = "sql_not_allowed") -> None:
        super().__init__(message, code=code)
