"""What operators see and set: traces, heartbeats, other origins, slow readers, what has expired."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from surefoot.agent import Assistant, OpenTelemetryObserver
from surefoot.server import ServerSettings, create_app, router

from .conftest import PATIENCE, running
from .program import assistant_at

STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def within(app: FastAPI, assistant: Assistant) -> AsyncIterator[httpx.AsyncClient]:
    """Talk to an app in this process."""
    transport = httpx.ASGITransport(app)
    async with (
        assistant,
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield client


@pytest.mark.anyio
async def test_a_run_on_the_server_is_one_trace(tmp_path: Path) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assistant = assistant_at(tmp_path)
    assistant.observers.append(OpenTelemetryObserver(tracer_provider=provider))
    async with within(create_app(assistant, ServerSettings()), assistant) as client:
        body = {"text": "add 1 2"}
        run = await client.post("/v1/threads/traced/runs", json=body, headers=STREAM)
    spans: dict[str, ReadableSpan] = {span.name: span for span in exporter.get_finished_spans()}
    root = spans["invoke_agent surefoot"]
    assert root.attributes is not None and root.context is not None
    assert root.attributes["gen_ai.conversation.id"] == "traced"
    assert root.attributes["surefoot.run_id"] == run.headers["x-run-id"]
    for name in ("execute_tool add", "chat obedient"):
        parent = spans[name].parent
        assert parent is not None and parent.span_id == root.context.span_id


@pytest.mark.anyio
async def test_every_protocol_works_inside_an_app_of_ones_own(tmp_path: Path) -> None:
    assistant = assistant_at(tmp_path)
    app = FastAPI()
    app.include_router(router(assistant, ServerSettings()), prefix="/assistant")
    question = {"role": "user", "content": "add 1 2"}
    async with within(app, assistant) as client:
        chat = await client.post("/assistant/v1/chat/completions", json={"messages": [question]})
        assert chat.json()["choices"][0]["message"]["content"] == "It gave 3 [S1]."
        response = await client.post("/assistant/v1/responses", json={"input": "add 2 2"})
        assert response.json()["status"] == "completed"
        asked = {"assistant_id": "surefoot", "input": {"messages": [question]}}
        state = (await client.post("/assistant/runs/wait", json=asked)).json()
        assert state["messages"][-1]["content"] == "It gave 3 [S1]."
        refused = await client.get("/assistant/v1/threads/none")
        assert refused.status_code == 404 and refused.json()["code"] == "not_found"


def test_quiet_streams_have_heartbeats(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", heartbeat_seconds=0.05, drain_seconds=0.1) as live,
        live.client() as http,
    ):
        http.post("/v1/threads/t/runs", json={"text": "add 1 2"})
        runs = http.post("/v1/threads/w/runs", json={"text": "wait"}).json()
        joined = f"/threads/w/runs/{runs['run_id']}/stream"
        for url in ("/v1/threads/t/events", joined):
            with http.stream("GET", url, headers=STREAM) as answer:
                lines = answer.iter_lines()
                assert [next(line for line in lines if line == ": heartbeat") for _ in range(3)]


def test_pages_of_the_origins_that_are_allowed_may_use_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    friend, other = "https://app.example", "https://other.example"
    monkeypatch.setenv("SUREFOOT_SERVER_ALLOWED_ORIGINS", json.dumps([friend]))
    with running(tmp_path / "data", drain_seconds=0.1) as live, live.client() as http:
        url = "/v1/threads/t/runs"
        asks = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        before = http.options(url, headers={"Origin": friend, **asks})
        assert before.headers["access-control-allow-origin"] == friend
        assert "POST" in before.headers["access-control-allow-methods"]
        run = http.post(url, json={"text": "add 1 2"}, headers={"Origin": friend})
        assert run.status_code == 202 and run.headers["access-control-allow-origin"] == friend
        assert "X-Run-Id" in run.headers["access-control-expose-headers"]
        assert http.options(url, headers={"Origin": other, **asks}).status_code == 400
        refused = http.post(url, json={"text": "add 1 2"}, headers={"Origin": other})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_what_has_expired_is_told_by_a_snapshot(tmp_path: Path) -> None:
    with running(tmp_path / "data", drain_seconds=0.1) as first, first.client() as http:
        http.post("/v1/threads/t/runs", json={"text": "add 1 2"}, headers=STREAM)
        last = http.get("/v1/threads/t/events").json()["last_seq"]
    with (
        running(tmp_path / "data", retention_days=1e-9, drain_seconds=0.1) as second,
        second.client() as http,
    ):
        page = http.get("/v1/threads/t/events?after=1").json()
        assert page["events"] == [] and page["last_seq"] == last
        assert (page["snapshot"]["reason"], page["snapshot"]["seq"]) == ("erased", last)
        with connect(f"{second.ws}/v1/threads/t/ws?after=1") as reader:
            told = json.loads(reader.recv(timeout=PATIENCE))
            assert told == page["snapshot"]
            reader.send('{"type": "message", "text": "add 2 2"}')
            heard = [json.loads(reader.recv(timeout=PATIENCE)) for _ in range(2)]
        assert [frame.get("seq") for frame in heard if frame["type"] != "ack"] == [last + 1]
        headers = {**STREAM, "Last-Event-ID": "1"}
        with http.stream("GET", "/v1/threads/t/events", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(line for line in lines if line.startswith("event:")) == "event: snapshot"
            again = json.loads(next(lines).removeprefix("data: "))
            assert (again["reason"], again["seq"]) == ("erased", last)


def test_a_reader_that_takes_nothing_is_sent_away_and_loses_nothing(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", drain_seconds=0.1, send_timeout_seconds=0.3) as live,
        live.client() as http,
    ):
        http.post("/v1/threads/t/runs", json={"text": "tell 5"}, headers=STREAM)
        with http.stream("GET", "/v1/threads/t/events", headers=STREAM) as answer:
            whole = [json.loads(line[6:]) for line in until_end(answer)]
        ping = json.dumps({"type": "ping", "id": "x" * 100_000})
        url = f"{live.ws}/v1/threads/t/ws?after=0"
        with connect(url, compression=None, max_queue=1, ping_interval=None) as slow:
            with suppress(ConnectionClosed):
                for _ in range(150):
                    slow.send(ping)
            while "surefoot_slow_readers_total 1.0" not in http.get("/metrics").text:
                assert http.get("/healthz").status_code == 200
            heard: list[dict[str, object]] = []
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.append(json.loads(slow.recv(timeout=PATIENCE)))
        assert closed.value.rcvd is None or closed.value.rcvd.code == 4408
        events = [frame for frame in heard if "seq" in frame]
        last = len(events)
        assert events == whole[:last]
        with connect(f"{live.ws}/v1/threads/t/ws?after={last}", max_queue=None) as again:
            rest = [json.loads(again.recv(timeout=PATIENCE)) for _ in range(len(whole) - last)]
        assert rest == whole[last:]


def until_end(answer: httpx.Response) -> list[str]:
    """Return the data lines up to the end of a run."""
    lines: list[str] = []
    for line in answer.iter_lines():
        if line.startswith("data: "):
            lines.append(line)
            if '"type":"run.completed"' in line:
                break
    return lines
