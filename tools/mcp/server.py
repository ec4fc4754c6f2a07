"""Server: our tools, offered to other assistants over MCP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from surefoot.errors import ConfigurationError, ToolError
from surefoot.scope import Scope

from ..alone import call_alone
from ..tool import CallContext, Tool
from ..toolbox import Toolbox

if TYPE_CHECKING:
    from mcp import types
    from mcp.server import Server

_SCOPE = Scope(thread_id="mcp")


def mcp_server(
    tools: Sequence[Tool],
    *,
    name: str = "surefoot",
    side_effects: bool = False,
    scope: Callable[[], Scope] = lambda: _SCOPE,
) -> Server[Any]:
    """Return an MCP server of tools; `await server.run(…)` or `server.streamable_http_app()`.

    Nobody can be asked here, so tools that ask a person first are left out unless
    `side_effects=True`; the assistant at the other end is then the one to ask. `scope` says on
    whose behalf a call is made.
    """
    try:
        from mcp import types
        from mcp.server import Server
    except ImportError:
        raise ConfigurationError("MCP needs the package `mcp`: install `surefoot[mcp]`.") from None
    offered = Toolbox(one for one in tools if side_effects or one.asks == "never")

    async def list_tools(context: object, params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(one) for one in offered])

    async def call_tool(
        context: object, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            value, text = await _run(offered, params.name, params.arguments or {}, scope())
        except ToolError as error:
            content = [types.TextContent(type="text", text=f"Error ({error.code}): {error}")]
            return types.CallToolResult(content=content, is_error=True)
        structured = value if isinstance(value, dict) else {"result": value}
        content = [types.TextContent(type="text", text=text)]
        return types.CallToolResult(content=content, structured_content=structured)

    return Server(name, on_list_tools=list_tools, on_call_tool=call_tool)


def _described(tool: Tool) -> types.Tool:
    from mcp import types

    spec = tool.spec()
    return types.Tool(
        name=spec.name,
        description=spec.description,
        input_schema=spec.parameters,
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.side_effects, idempotent_hint=tool.idempotent
        ),
    )


async def _run(
    offered: Toolbox, name: str, args: dict[str, JsonValue], scope: Scope
) -> tuple[JsonValue, str]:
    tool = offered.get(name)
    call = uuid.uuid4().hex
    output = await call_alone(tool, args, CallContext(scope=scope, run_id=call, call_id=call))
    texts = [finding.content[: tool.result_characters] for finding in output.findings]
    return output.value, "\n\n".join(texts) or "Nothing was found."
