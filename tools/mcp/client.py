"""Client: the tools of an MCP server, over stdio or streamable HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Unpack, cast

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from surefoot.errors import ConfigurationError, ToolError
from surefoot.evidence import Finding, McpSource, Trust

from ..foreign import tool_from_schema
from ..naming import provider_name
from ..options import ToolOptions
from ..output import as_text
from ..tool import Arguments, CallContext, Tool, ToolOutput

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult
    from mcp.types import Tool as Offered

_CONNECT_SECONDS = 30.0
_MISSING = "MCP needs the package `mcp`: install `surefoot[mcp]`."


class McpTools:
    """A connection to one MCP server: `async with McpTools("files", command=…) as files:`.

    It is opened, used and closed by a task of its own, so that it may be entered in one task and
    left in another. What the server says of its tools is not taken at its word: each has side
    effects and untrusted output unless `options` say otherwise.
    """

    def __init__(
        self,
        server: str,
        *,
        url: str | None = None,
        command: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        only: Sequence[str] | None = None,
        looks_only: Sequence[str] = (),
        **options: Unpack[ToolOptions],
    ) -> None:
        """Name the server, and give its `url` or the `command` that starts it.

        `only` names the tools to use, by default all; `looks_only` those without side effects.
        """
        if (url is None) == (not command):
            raise ConfigurationError(f"MCP server {server!r}: give `url` or `command`.")
        self._server = server
        self._url = url
        self._command = tuple(command)
        self._env = dict(env) if env is not None else None
        self._only = only
        self._looks_only = frozenset(looks_only)
        self._options = options
        self._done = asyncio.Event()
        self._holder: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self.tools: tuple[Tool, ...] = ()
        """The server's tools, named `server_tool`."""

    @property
    def connected(self) -> bool:
        """False before the connection is made, and after it is closed or found to be lost."""
        return self._client is not None

    async def __aenter__(self) -> McpTools:
        """Connect and read what tools there are. Raises `ConfigurationError` when it fails."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._holder = asyncio.create_task(self._hold(ready))
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.shield(ready)
        except TimeoutError:
            await self.close()
            raise ConfigurationError(
                f"MCP server {self._server!r} did not answer in {_CONNECT_SECONDS:g} seconds."
            ) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection, and the process that was started for it."""
        self._done.set()
        if self._holder is not None:
            await asyncio.gather(self._holder, return_exceptions=True)
            self._holder = None

    async def _hold(self, ready: asyncio.Future[None]) -> None:
        """Keep the connection open until it is closed, in the one task that opened it."""
        try:
            async with self._connection() as client:
                self._client = client
                self.tools = tuple(self._tool(found) for found in await self._offered(client))
                ready.set_result(None)
                await self._done.wait()
        except ConfigurationError as error:
            _fail(ready, error)
        except (Exception, asyncio.CancelledError) as error:
            told = f"MCP server {self._server!r} cannot be used: {_reason(error)}"
            _fail(ready, ConfigurationError(told))
        finally:
            self._client = None

    def _connection(self) -> Client:
        try:
            from mcp import Client, StdioServerParameters
        except ImportError:
            raise ConfigurationError(_MISSING) from None
        if self._url is not None:
            return Client(self._url)
        program, *args = self._command
        return Client(StdioServerParameters(command=program, args=args, env=self._env))

    async def _offered(self, client: Client) -> list[Offered]:
        found: list[Offered] = []
        cursor: str | None = None
        while True:
            page = await client.list_tools(cursor=cursor)
            found += page.tools
            if not (cursor := page.next_cursor):
                break
        if self._only is None:
            return found
        if missing := set(self._only) - {one.name for one in found}:
            raise ConfigurationError(f"MCP server {self._server!r} has no tool {min(missing)!r}.")
        return [one for one in found if one.name in self._only]

    def _tool(self, offered: Offered) -> Tool:
        options = self._options.copy()
        if offered.name in self._looks_only:
            options["side_effects"] = False
        name = provider_name(f"{self._server}_{offered.name}")
        trust = options.get("trust", "untrusted")

        async def run(args: Arguments, context: CallContext) -> object:
            result = await self._call(offered.name, args)
            return self._output(offered.name, args, result, trust)

        about = offered.description or offered.title or offered.name
        schema = cast("dict[str, JsonValue]", offered.input_schema)
        return tool_from_schema(name, about, schema, run, **options)

    async def _call(self, name: str, args: Arguments) -> CallToolResult:
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED

        if self._client is None:
            raise ToolError(f"The connection to {self._server!r} is closed.", code="server_gone")
        try:
            return await self._client.call_tool(name, dict(args))
        except MCPError as error:
            if error.code == CONNECTION_CLOSED:
                self._client = None
                told = f"The MCP server {self._server!r} has ended."
                raise ToolError(told, code="server_gone") from error
            raise ToolError(f"{self._server}: {error}", code="server_error") from error

    def _output(
        self, name: str, args: Arguments, result: CallToolResult, trust: Trust
    ) -> ToolOutput:
        texts = [text for block in result.content if (text := _text(block))]
        told = "\n\n".join(texts)
        if result.is_error:
            raise ToolError(told or f"{name} failed without a reason.", code="tool_error")
        data = cast("JsonValue", result.structured_content)
        source = McpSource(server=self._server, tool=name, args=args)
        content = told or as_text(data)
        finding = Finding(source=source, content=content, trust=trust, data=data)
        return ToolOutput(value=content if data is None else data, findings=(finding,))


def _text(block: object) -> str:
    """Return a content block as text; pictures and sounds are only named."""
    if isinstance(text := getattr(block, "text", None), str):
        return text
    resource = getattr(block, "resource", None)
    if isinstance(text := getattr(resource, "text", None), str):
        return text
    if (uri := getattr(block, "uri", None) or getattr(resource, "uri", None)) is not None:
        return str(uri)
    kind = to_jsonable_python(getattr(block, "mime_type", None)) or "something"
    return f"({kind}, not shown)"


def _fail(ready: asyncio.Future[None], error: ConfigurationError) -> None:
    if not ready.done():
        ready.set_exception(error)


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__
