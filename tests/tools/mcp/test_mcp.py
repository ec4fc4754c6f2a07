from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from surefoot import tool
from surefoot.errors import ConfigurationError, ToolError
from surefoot.evidence import McpSource
from surefoot.tools import CallContext, McpTools, mcp_server

pytest.importorskip("mcp")
pytestmark = pytest.mark.anyio

COMMAND = (sys.executable, str(Path(__file__).with_name("serving.py")))


async def test_the_tools_of_a_server_over_stdio_are_ours(context: CallContext) -> None:
    async with McpTools("calc", command=COMMAND, looks_only=["divide"]) as server:
        divide, crash = server.tools
        assert (divide.name, divide.side_effects) == ("calc_divide", False)
        assert (crash.name, crash.side_effects) == ("calc_crash", True)
        output = await divide.run(divide.validate({"a": 3}), context)
        assert output.value == {"quotient": 1.5}
        [finding] = output.findings
        assert finding.source == McpSource(server="calc", tool="divide", args={"a": 3, "b": 2.0})
        assert finding.trust == "untrusted"
        with pytest.raises(ToolError) as caught:
            divide.validate({"a": "x"})
        assert caught.value.code == "invalid_arguments"
        with pytest.raises(ToolError) as refused:
            await divide.run({"a": 1, "b": 0}, context)
        assert "Give a divisor that is not 0." in str(refused.value)
        with pytest.raises(ToolError) as crashed:
            await crash.run({}, context)
        assert "RuntimeError" in str(crashed.value) and "secret" not in str(crashed.value)
    with pytest.raises(ToolError) as gone:
        await divide.run({"a": 1}, context)
    assert gone.value.code == "server_gone"


@pytest.mark.slow
async def test_a_connection_may_be_closed_by_another_task_than_opened_it() -> None:
    server = McpTools("calc", command=COMMAND)
    await asyncio.create_task(server.__aenter__())
    assert len(server.tools) == 2
    await asyncio.create_task(server.close())


async def test_a_server_that_does_not_start_says_so() -> None:
    server = McpTools("calc", command=("/no/such/program",))
    with pytest.raises(ConfigurationError) as caught:
        await server.__aenter__()
    assert "'calc'" in str(caught.value)
    await server.close()


@pytest.mark.slow
async def test_a_tool_that_a_server_does_not_have_is_named() -> None:
    server = McpTools("calc", command=COMMAND, only=["multiply"])
    with pytest.raises(ConfigurationError) as caught:
        await server.__aenter__()
    assert "no tool 'multiply'" in str(caught.value)
    await server.close()


async def test_the_tools_of_a_server_over_http_are_ours(context: CallContext) -> None:
    uvicorn = pytest.importorskip("uvicorn")

    @tool(side_effects=False)
    async def greet(name: str) -> str:
        """Greet somebody."""
        return f"Hello {name}"

    app = mcp_server([greet]).streamable_http_app(stateless_http=True)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on")
    http = uvicorn.Server(config)
    serving = asyncio.create_task(http.serve())
    while not http.started:  # noqa: ASYNC110
        await asyncio.sleep(0)
    port = http.servers[0].sockets[0].getsockname()[1]
    async with McpTools("web", url=f"http://127.0.0.1:{port}/mcp") as server:
        [ours] = server.tools
        output = await ours.run(ours.validate({"name": "Ann"}), context)
        assert output.findings[0].content == "Hello Ann"
        assert output.value == {"result": "Hello Ann"}
    http.should_exit = True
    await serving


def test_a_server_needs_one_way_to_reach_it() -> None:
    with pytest.raises(ConfigurationError):
        McpTools("x")
