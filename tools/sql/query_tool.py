"""`run_sql`: questions to the tables of a workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, JsonValue

from surefoot.evidence import Finding, TableSource

from ..decorator import tool
from ..tool import Arguments, CallContext, Tool, ToolOutput
from .conditions import dropped_conditions, impossible_numbers
from .values import markdown
from .workspace import QueryResult, Workspace

_ROWS_SHOWN = 50
_ABOUT = """Run one SQL SELECT (DuckDB dialect) on the user's tables and return its rows.

Tables can be read, not changed. Quote text values exactly as they occur in the data."""


def sql_query(workspace: Workspace) -> Tool:
    """Let the assistant query the tables of `workspace`."""

    @tool(name="run_sql", description=_ABOUT, side_effects=False)
    async def run_sql(
        sql: Annotated[str, Field(description="One SELECT statement.")], *, context: CallContext
    ) -> ToolOutput:
        result = await workspace.query(sql)
        tables = workspace.tables()
        found = [
            *dropped_conditions(context.question, result, tables),
            *impossible_numbers(result, tables),
        ]
        return _output(replace(result, doubts=(*result.doubts, *found)))

    async def inspect(args: Arguments, context: CallContext) -> None:
        await workspace.inspect(str(args["sql"]))

    def describe() -> str:
        catalog = workspace.catalog()
        return f"{_ABOUT}\n\n{catalog or 'There are no tables yet.'}"

    return replace(run_sql, description=describe, inspect=inspect)


def _output(result: QueryResult) -> ToolOutput:
    columns: list[JsonValue] = list(result.columns)
    rows: list[JsonValue] = [list(row) for row in result.rows]
    finding = Finding(
        source=TableSource(sql=result.sql, row_count=result.row_count, tables=result.tables),
        content=markdown(result.columns, result.rows[:_ROWS_SHOWN], result.row_count),
        data={"columns": columns, "rows": rows},
    )
    named: list[JsonValue] = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    value: JsonValue = {"columns": columns, "rows": named, "row_count": result.row_count}
    return ToolOutput(value=value, findings=(finding,), doubts=result.doubts)
