"""A small service that speaks E2B's protocol and runs what it is sent in the local sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from surefoot.tools import Execution, LocalSandbox

Body = dict[str, object]


@dataclass
class E2BServer:
    """What the service knows, and what it was asked."""

    sandbox: LocalSandbox
    url: str = ""
    key: str = "e2b_" + "0" * 40
    created: list[Body] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    started: int = 0
    contexts: set[str] = field(default_factory=set)
    formatting: set[str] = field(default_factory=set)
    """Interpreters that were told to show values as JSON, which IPython does there."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            method, path, headers, body = await _request(reader)
            if path == "/execute":
                await self._execute(reader, writer, headers, body)
            else:
                writer.write(_response(*self._answer(method, path, headers, body)))
                await writer.drain()
        writer.close()

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: Body
    ) -> tuple[int, Body | None]:
        match method, path.split("?")[0].strip("/").split("/"):
            case "POST", ["v2", "sandboxes"] | ["sandboxes"]:
                if headers.get("x-api-key") != self.key:
                    return 401, {"code": 401, "message": "Unauthorized"}
                self.created.append(body)
                name = f"machine{len(self.created)}"
                told = {"templateID": "t", "clientID": "c", "envdVersion": "0.4.0", "domain": None}
                return 201, {"sandboxID": name, **told}
            case "POST", ["sandboxes", _, "timeout"]:
                return 204, None
            case "DELETE", ["sandboxes", name]:
                self.ended.append(name)
                return 204, None
            case "POST", ["contexts"]:
                self.started += 1
                name = f"context{self.started}-of-{headers['e2b-sandbox-id']}"
                self.contexts.add(name)
                return 200, {"id": name, "language": "python", "cwd": "/"}
            case "DELETE", ["contexts", name]:
                self.contexts.discard(name)
                return 200, {}
            case _:
                return 404, {"code": 404, "message": "no such thing"}

    async def _execute(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        headers: dict[str, str],
        body: Body,
    ) -> None:
        """Run a program; as at E2B, a caller who hangs up interrupts it."""
        if headers["e2b-sandbox-id"] in self.ended:
            writer.write(_response(502, {"message": "The sandbox was not found", "code": 502}))
            await writer.drain()
            return
        code, context = str(body["code"]), str(body["context_id"])
        if "display_formatter" in code:
            self.formatting.add(context)
            code = ""
        running = asyncio.create_task(self.sandbox.run(code, session=context))
        gone = asyncio.create_task(reader.read(1))
        await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            lines = "".join(
                f"{json.dumps(line)}\n"
                for line in _told(running.result(), context in self.formatting)
            )
            writer.write(_response(200, None, lines.encode()))
            await writer.drain()
        for task in (running, gone):
            task.cancel()
        await asyncio.gather(running, gone, return_exceptions=True)


def _told(done: Execution, formats: bool) -> list[Body]:
    """Return an execution as the lines in which E2B tells it, text without its quotes."""
    stamp = "2026-01-01T00:00:00+00:00"
    lines: list[Body] = [{"type": "number_of_executions", "execution_count": 1}]
    for stream, text in (("stdout", done.stdout), ("stderr", done.stderr)):
        if text:
            lines.append({"type": stream, "text": text, "timestamp": stamp})
    lines += [{"type": "result", "png": b64encode(image).decode()} for image in done.images]
    if done.shown is not None:
        shown = done.shown[1:-1] if done.shown[:1] in ("'", '"') else done.shown
        main: Body = {"type": "result", "text": shown, "is_main_result": True}
        if isinstance(done.result, dict | list):
            main["json"] = done.result
        elif formats and done.is_json:
            main["json"] = {"surefoot_value": done.result}
        lines.append(main)
    if done.error is not None:
        error = done.error
        told = {"name": error.name, "value": error.message, "traceback": error.traceback}
        lines.append({"type": "error", **told})
    return [*lines, {"type": "end_of_execution"}]


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], Body]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    return method, path, headers, json.loads(content) if content else {}


def _response(status: int, answer: Body | None, content: bytes = b"") -> bytes:
    content = content or (b"" if answer is None else json.dumps(answer).encode())
    head = f"HTTP/1.1 {status} X\r\nconnection: close\r\n"
    head += "content-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


@contextlib.asynccontextmanager
async def e2b_server() -> AsyncIterator[E2BServer]:
    """Start the service on this machine."""
    async with LocalSandbox() as sandbox:
        service = E2BServer(sandbox)
        server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
        service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield service
        finally:
            server.close()
            await server.wait_closed()
