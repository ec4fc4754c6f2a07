"""Nothing that failed its check leaves a server that holds its answers, by any way out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from websockets.sync.client import connect

from surefoot.agent import Host, run_command

from .lying import CANARY

PROGRAM = Path(__file__).with_name("lying.py")
LIES = ("lie", "lie crash", "lie alone", "lie broken", "lie reviewed")
LEFT_OUT = "I left out"
NEVER = (CANARY.encode(), b"4711093867", b"4712093867")


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """The server of a liar."""

    url: str
    data_dir: Path
    log: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=20)


@contextmanager
def opened(folder: Path) -> Iterator[Den]:
    """Run the server of a liar until the block ends."""
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, log.read_text()
        yield Den(url=url, data_dir=folder / "data", log=log)
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="module")
def den(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Den]:
    with opened(tmp_path_factory.mktemp("den")) as den:
        yield den


def clean(told: bytes) -> bytes:
    assert told, "nothing was told"
    assert [word for word in NEVER if word in told] == []
    return told


Way = Callable[[httpx.Client, str], bytes]


def by_rest(client: httpx.Client, question: str) -> bytes:
    thread = f"rest-{question.replace(' ', '-')}"
    run = f"/v1/threads/{thread}/runs"
    stream = client.post(run, json={"text": question}, headers={"Accept": "text/event-stream"})
    events = client.get(f"/v1/threads/{thread}/events")
    seqs = {event["type"]: event for event in events.json()["events"]}
    completed = seqs["answer.completed"]
    assert LEFT_OUT in completed["text"]
    asked = [client.get(f"/v1/threads/{thread}"), client.get("/v1/threads")]
    asked += [client.get(f"/v1/threads/{thread}/evidence/S1"), client.get("/v1/memories")]
    return b"\n".join(answer.content for answer in (stream, events, *asked))


def by_chat(client: httpx.Client, question: str) -> bytes:
    body = {"model": "surefoot", "messages": [{"role": "user", "content": question}]}
    whole = client.post("/v1/chat/completions", json=body)
    assert LEFT_OUT in whole.json()["choices"][0]["message"]["content"]
    stream = client.post("/v1/chat/completions", json={**body, "stream": True})
    return whole.content + stream.content


def by_responses(client: httpx.Client, question: str) -> bytes:
    body = {"model": "surefoot", "input": question}
    whole = client.post("/v1/responses", json=body)
    again = client.get(f"/v1/responses/{whole.json()['id']}")
    stream = client.post("/v1/responses", json={**body, "stream": True})
    assert LEFT_OUT.encode() in whole.content and LEFT_OUT.encode() in stream.content
    return whole.content + again.content + stream.content


def by_langgraph(client: httpx.Client, question: str) -> bytes:
    thread = client.post("/threads", json={}).json()["thread_id"]
    modes = ["values", "updates", "messages-tuple", "messages", "events", "debug", "custom"]
    asks = {"messages": [{"role": "user", "content": question}]}
    body = {"assistant_id": "surefoot", "input": asks, "stream_mode": modes}
    told = [client.post(f"/threads/{thread}/runs/stream", json=body)]
    run = client.get(f"/threads/{thread}/runs").json()[0]["run_id"]
    told += [
        client.get(f"/threads/{thread}"),
        client.get(f"/threads/{thread}/state"),
        client.get(f"/threads/{thread}/history"),
        client.post(f"/threads/{thread}/history", json={"limit": 50}),
        client.get(f"/threads/{thread}/runs/{run}/join"),
        client.post("/threads/search", json={}),
        client.post("/runs/wait", json={"assistant_id": "surefoot", "input": asks}),
    ]
    assert LEFT_OUT.encode() in told[0].content and LEFT_OUT.encode() in told[-1].content
    return b"\n".join(answer.content for answer in told)


def by_socket(client: httpx.Client, question: str) -> bytes:
    thread = f"ws-{question.replace(' ', '-')}"
    url = str(client.base_url).replace("http://", "ws://").rstrip("/")
    heard: list[bytes] = []
    with connect(f"{url}/v1/threads/{thread}/ws", compression=None) as socket:
        socket.send(json.dumps({"type": "message", "text": question, "id": "m1"}))
        while not heard or b'"run.completed"' not in heard[-1]:
            frame = socket.recv(timeout=20)
            heard.append(frame.encode() if isinstance(frame, str) else frame)
    assert any(LEFT_OUT.encode() in frame for frame in heard)
    return b"\n".join(heard)


@pytest.mark.parametrize("way", [by_rest, by_chat, by_responses, by_langgraph, by_socket])
@pytest.mark.parametrize("question", LIES)
def test_what_failed_its_check_leaves_by_no_protocol(den: Den, way: Way, question: str) -> None:
    with den.client() as client:
        clean(way(client, question))


def test_what_failed_its_check_is_in_no_log_no_count_and_no_view_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as den, den.client() as client:
        for question in LIES:
            by_rest(client, question)
        clean(client.get("/metrics").content)
    log = clean(den.log.read_bytes())
    assert b"was not repaired: ModelError" in log and b"could not run: ValueError" in log
    monkeypatch.setenv("SUREFOOT_DATA_DIR", str(den.data_dir))
    for view in ("list", "show last", "export last"):
        with CliRunner().isolation() as (out, err, _):
            assert run_command(["trace", *view.split()], Host()) == 0
            clean(out.getvalue() + err.getvalue())


def test_a_failed_sentence_is_told_of_by_claim_check_outcome_and_code(den: Den) -> None:
    with den.client() as client:
        by_rest(client, "lie")
        events = client.get("/v1/threads/rest-lie/events").json()["events"]
    failed = [event for event in events if event["type"] == "check.failed"]
    assert failed
    for event in failed:
        assert event["stage"] == "answer" and event["outcome"] == "unsupported"
        assert event["claim_id"].startswith("c") and event["check"] and event["code"]
    assert failed[0]["evidence_ids"] == ["S1"]
