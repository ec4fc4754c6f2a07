"""Tools that the settings bring in: MCP servers and the place where programs run."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from surefoot import Assistant, ScriptedModel, Settings, ToolError, calls, says
from surefoot.agent import McpServers, open_sandbox
from surefoot.evidence import McpSource
from surefoot.scope import Scope
from surefoot.settings import McpServerSettings, ToolSettings
from surefoot.tools import CallContext, E2BSandbox, LocalSandbox, MontySandbox, SandboxUnavailable

pytest.importorskip("mcp")
pytestmark = pytest.mark.anyio

CALCULATOR = McpServerSettings(
    command=(sys.executable, str(Path(__file__).parents[1] / "tools" / "mcp" / "serving.py")),
    looks_only=("divide",),
)
NOBODY = McpServerSettings(url="http://127.0.0.1:9/mcp")
CONTEXT = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c")


async def test_a_run_uses_the_tools_of_servers_that_the_settings_name(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, tools=ToolSettings(mcp={"calc": CALCULATOR}))
    model = ScriptedModel(calls("calc_divide", a=84, b=2), says("It is 42 [S1]."))
    async with Assistant(settings=settings, model=model, memory=None) as assistant:
        answer = await assistant.ask("What is 84 divided by 2?")
    assert answer.text == "It is 42 [S1]."
    [source] = [item.source for item in answer.evidence]
    assert source == McpSource(server="calc", tool="divide", args={"a": 84, "b": 2.0})


async def test_a_server_that_is_not_there_costs_its_own_tools_and_says_so() -> None:
    servers = McpServers({"calc": CALCULATOR, "lost": NOBODY})
    lent = await servers.tools()
    await servers.close()
    assert [tool.name for tool in lent["calc"]] == ["calc_divide", "calc_crash"]
    assert "lost" not in lent
    assert "'lost' cannot be used" in servers.troubles["lost"]


async def test_a_server_that_ended_is_started_again_in_its_time() -> None:
    now = 0.0
    servers = McpServers({"calc": CALCULATOR}, ticks=lambda: now)
    divide, _ = (await servers.tools())["calc"]
    for process in psutil.Process().children():
        if "serving.py" in " ".join(process.cmdline()):
            process.kill()
    with pytest.raises(ToolError) as ended:
        await divide.run({"a": 4, "b": 2}, CONTEXT)
    assert ended.value.code == "server_gone"
    now = 61.0
    divide, _ = (await servers.tools())["calc"]
    assert (await divide.run({"a": 4, "b": 2}, CONTEXT)).value == {"quotient": 2.0}
    await servers.close()


async def test_the_settings_say_where_programs_run() -> None:
    assert await open_sandbox(Settings(tools=ToolSettings(sandbox="off"))) is None
    local = await open_sandbox(Settings())
    assert isinstance(local, LocalSandbox)
    await local.close()
    with pytest.raises(SandboxUnavailable, match="E2B_API_KEY"):
        await open_sandbox(Settings(tools=ToolSettings(sandbox="e2b"), e2b_api_key=None))
    keyed = Settings.model_validate({"tools": {"sandbox": "e2b"}, "e2b_api_key": "e2b_0"})
    pytest.importorskip("pydantic_monty")
    monty = await open_sandbox(Settings(tools=ToolSettings(sandbox="monty")))
    assert isinstance(monty, MontySandbox)
    await monty.close()
    cloud = await open_sandbox(keyed)
    assert isinstance(cloud, E2BSandbox)
    await cloud.close()


async def test_models_may_write_scripts_where_the_settings_let_them(tmp_path: Path) -> None:
    pytest.importorskip("pydantic_monty")
    prices = tmp_path / "prices.csv"
    prices.write_text("fruit,euros\napple,2\npear,3\n")
    settings = Settings(data_dir=tmp_path / "data", tools=ToolSettings(scripts=True))
    script = """
found = await run_sql(sql="SELECT fruit, euros FROM prices")
sum(row["euros"] for row in found["rows"])
"""
    model = ScriptedModel(calls("run_script", script=script), says("Together 5 euros [S2]."))
    async with Assistant(settings=settings, model=model, memory=None) as assistant:
        await assistant.rooms.ingest([prices])
        answer = await assistant.ask("What do an apple and a pear cost together?")
    assert answer.text == "Together 5 euros [S2]."
    assert [item.kind for item in answer.evidence] == ["table", "code"]
