"""`surefoot mcp` lends search, SQL, code and memory to a program that speaks MCP."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

from surefoot.scope import Scope
from surefoot.tools import CallContext, McpTools

pytest.importorskip("mcp")

CONTEXT = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c")


class Surefoot(Protocol):
    def __call__(self, *args: str) -> CompletedProcess[str]: ...


def test_another_program_queries_our_tables_over_mcp(folder: Path, surefoot: Surefoot) -> None:
    (folder / "prices.csv").write_text("fruit,euros\napple,2\npear,3\n")
    assert surefoot("ingest", "prices.csv").returncode == 0
    program = str(Path(sys.executable).with_name("surefoot"))
    command = (program, "mcp", "--data-dir", str(folder / ".surefoot"))

    async def ask() -> str:
        async with McpTools("ours", command=command, looks_only=["run_sql"]) as ours:
            tools = {tool.name: tool for tool in ours.tools}
            assert {"ours_run_sql", "ours_run_code", "ours_remember", "ours_recall"} <= set(tools)
            query = tools["ours_run_sql"]
            args = query.validate({"sql": "SELECT sum(euros) AS total FROM prices"})
            return (await query.run(args, CONTEXT)).findings[0].content

    assert "| 5 |" in asyncio.run(ask())
