"""Scripted provider servers on the loopback address, behind fixtures of our own."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import pytest
from llmock.scenarios import Delay, Fail, Match, Reply, StreamFault, ToolFault
from llmock.scenarios import ToolCall as Call
from llmock.testing import LLMockServer
from pydantic import JsonValue, SecretStr, TypeAdapter

from surefoot import Settings
from surefoot.agent import make_model
from surefoot.memory import MiniLM
from surefoot.model import ChatModel
from surefoot.settings import ModelSettings

Kind = Literal["openai", "openai-compatible", "anthropic"]
KINDS: tuple[Kind, ...] = ("openai", "openai-compatible", "anthropic")

_JSON: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])

KEY = "sk-test-0123456789abcdef"


class Provider:
    """A provider that says what a test tells it to. Methods can be chained."""

    def __init__(self, server: LLMockServer, kind: Kind) -> None:
        self._server = server
        self.kind: Kind = kind
        self._protocol = "anthropic" if kind == "anthropic" else "openai"
        self._match = Match(provider=self._protocol)
        self._streamed = Match(provider=self._protocol, stream=True)

    @property
    def url(self) -> str:
        return self._server.base_url(self._protocol)

    def says(self, text: str, reason: str | None = None) -> Provider:
        return self._add(Reply(text=text, finish_reason=reason, match=self._match))

    def calls(self, *calls: tuple[str, dict[str, JsonValue]]) -> Provider:
        made = tuple(Call(name, args) for name, args in calls)
        return self._add(Reply(tool_calls=made, match=self._match))

    def fails(
        self,
        status: int,
        *,
        times: int = 1,
        retry_after: float | None = None,
        message: str | None = None,
        code: str | None = None,
    ) -> Provider:
        fail = Fail(
            status,
            times=times,
            retry_after=retry_after,
            message=message,
            code=code,
            match=self._match,
        )
        return self._add(fail)

    def breaks(
        self, how: Literal["disconnect", "truncate", "malformed"], *, after: int = 3, times: int = 1
    ) -> Provider:
        return self._add(StreamFault(how, after_chunks=after, times=times, match=self._streamed))

    def stalls(self, *, after: int = 3) -> Provider:
        fault = StreamFault("stall", after_chunks=after, stall_seconds=1.5, match=self._streamed)
        return self._add(fault)

    def is_slow(self, seconds: float) -> Provider:
        return self._add(Delay(seconds, match=self._match))

    def writes_bad_calls(self, how: Literal["malformed_arguments", "unknown_tool"]) -> Provider:
        return self._add(ToolFault(how, match=Match(provider=self._protocol, tools=True)))

    @property
    def bodies(self) -> list[dict[str, JsonValue]]:
        """What it was asked, in order."""
        records = self._server.state.journal.records()
        ours = [one for one in records if one.provider == self._protocol and one.body]
        return [_JSON.validate_python(one.body) for one in sorted(ours, key=lambda one: one.seq)]

    def _add(self, *behaviours: Reply | Fail | Delay | StreamFault | ToolFault) -> Provider:
        for one in behaviours:
            self._server.state.scenarios.add(one)
        return self

    def settings(self, **layer: object) -> Settings:
        """Return settings that lead here."""
        return settings_for(self.url, **layer)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a command here."""
        return {
            "OPENAI_API_KEY": KEY,
            "ANTHROPIC_API_KEY": KEY,
            "OPENAI_BASE_URL": self.url,
            "ANTHROPIC_BASE_URL": self.url,
        }

    @property
    def name(self) -> str:
        names = {
            "openai": "openai:gpt-5-mini",
            "openai-compatible": f"openai-compatible:gpt-4o@{self.url}",
            "anthropic": "anthropic:claude-sonnet-5-5",
        }
        return names[self.kind]

    def model(self, **layer: object) -> ChatModel:
        """Return the bare model."""
        return make_model(self.name, self.settings(**layer), MiniLM())


def settings_for(url: str, **layer: object) -> Settings:
    return Settings(
        openai_api_key=SecretStr(KEY),
        anthropic_api_key=SecretStr(KEY),
        openai_base_url=url,
        anthropic_base_url=url,
        models=ModelSettings.model_validate({"stall_seconds": 0.5, **layer}),
    )


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[LLMockServer]:
    """One server for all tests; each starts with an empty script."""
    with LLMockServer() as server:
        yield server


@pytest.fixture(params=KINDS)
def provider(request: pytest.FixtureRequest, scripted_server: LLMockServer) -> Provider:
    """Each provider in turn."""
    scripted_server.state.reset()
    return Provider(scripted_server, request.param)


@pytest.fixture
def both(scripted_server: LLMockServer) -> tuple[Provider, Provider]:
    """OpenAI and Anthropic at once."""
    scripted_server.state.reset()
    return Provider(scripted_server, "openai"), Provider(scripted_server, "anthropic")


@pytest.fixture
async def closing() -> AsyncIterator[list[ChatModel]]:
    """Models put into this list are closed behind the test."""
    models: list[ChatModel] = []
    yield models
    for model in models:
        close = getattr(model, "close", None)
        if close is not None:
            await close()


class Wire:
    """A server that sends lines as they are given, and notes what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, JsonValue]] = []
        self.paths: list[str] = []
        self.answers: deque[tuple[int, str, bytes]] = deque()
        self.refuses: Callable[[dict[str, JsonValue]], str] = lambda body: ""
        """What is wrong with a request, as the provider itself would say; nothing when empty."""
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                wire.bodies.append(_JSON.validate_json(self.rfile.read(size)))
                if wrong := wire.refuses(wire.bodies[-1]):
                    error: JsonValue = {"type": "invalid_request_error", "message": wrong}
                    wire.answers.clear()
                    wire.answers_with({"type": "error", "error": error}, status=400)
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                wire.paths.append(self.path)
                status, kind, body = wire.answers.popleft()
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def streams(self, events: Sequence[dict[str, JsonValue]], *, done: bool = True) -> None:
        """Answer the next request with a stream of events."""
        lines = [
            (f"event: {event['type']}\n" if "type" in event else "")
            + f"data: {json.dumps(event)}\n\n"
            for event in events
        ]
        tail = "data: [DONE]\n\n" if done else ""
        self.answers.append((200, "text/event-stream", ("".join(lines) + tail).encode()))

    def answers_with(self, body: dict[str, JsonValue], status: int = 200) -> None:
        """Answer the next request with JSON."""
        self.answers.append((status, "application/json", json.dumps(body).encode()))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server for what scripts cannot say."""
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def wired(wire: Wire) -> Settings:
    """Settings that lead to the wire."""
    return settings_for(wire.url, stall_seconds=10)
