"""Cut anywhere and come back: nothing is lost, doubled or out of order, also when it crashes."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue
from websockets.sync.client import connect

from .conftest import PATIENCE, Live, running

STREAM = {"Accept": "text/event-stream"}
ENDS = ("run.completed", "run.failed", "run.cancelled")

Frame = dict[str, JsonValue]


def begin(live: Live, thread: str, text: str) -> str:
    answer = httpx.post(
        f"{live.url}/v1/threads/{thread}/runs", json={"text": text}, timeout=PATIENCE
    )
    return str(answer.json()["run_id"])


def by_socket(live: Live, thread: str, after: int, most: int | None = None) -> list[Frame]:
    """Return a thread's events from a cursor to the end of its run, or the first few."""
    url = f"{live.ws}/v1/threads/{thread}/ws?after={after}"
    got: list[Frame] = []
    with connect(url, compression=None, max_queue=None) as socket:
        while most is None or len(got) < most:
            got.append(json.loads(socket.recv(timeout=PATIENCE)))
            if got[-1]["type"] in ENDS:
                break
    return got


def by_stream(live: Live, thread: str, after: int, most: int | None = None) -> list[Frame]:
    """Return the same by server-sent events."""
    headers = {**STREAM, "Last-Event-ID": str(after)}
    url = f"{live.url}/v1/threads/{thread}/events"
    got: list[Frame] = []
    with httpx.stream("GET", url, headers=headers, timeout=PATIENCE) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                got.append(json.loads(line[6:]))
                if got[-1]["type"] in ENDS or len(got) == most:
                    break
    return got


@pytest.mark.parametrize("read", [by_socket, by_stream])
def test_a_connection_cut_at_every_event_loses_nothing(server: Live, read: object) -> None:
    assert read is by_socket or read is by_stream
    reader = by_socket if read is by_socket else by_stream
    thread = f"cut-{reader.__name__}"
    begin(server, thread, "tell 3")
    whole = reader(server, thread, 0)
    assert [frame["seq"] for frame in whole] == list(range(1, len(whole) + 1))
    for cut in range(1, len(whole)):
        assert reader(server, thread, 0, most=cut) == whole[:cut]
        assert reader(server, thread, cut) == whole[cut:]


def test_a_client_cut_off_again_and_again_while_the_run_goes_on_hears_it_once(
    server: Live,
) -> None:
    begin(server, "cut-live", "tell 5")
    heard: list[Frame] = []
    while not heard or heard[-1]["type"] not in ENDS:
        last = int(str(heard[-1]["seq"])) if heard else 0
        read = by_socket if len(heard) % 2 else by_stream
        heard += read(server, "cut-live", last, most=1)
    assert [frame["seq"] for frame in heard] == list(range(1, len(heard) + 1))


def test_a_killed_server_goes_on_where_it_was_and_tells_nothing_twice(tmp_path: Path) -> None:
    with running(tmp_path / "data", drain_seconds=0.2) as first:
        begin(first, "t", "pay 10")
        before: list[Frame] = []
        while not before or before[-1]["type"] != "approval.requested":
            before += by_socket(first, "t", len(before), most=1)
        begin(first, "queued", "wait")
        first.kill()
    with running(tmp_path / "data", drain_seconds=0.2) as second:
        run_id, call_id = before[-1]["run_id"], before[-1]["call_id"]
        decided = httpx.post(
            f"{second.url}/v1/runs/{run_id}/approvals/{call_id}",
            json={"decision": "approve"},
            timeout=PATIENCE,
        )
        assert decided.status_code == 204
        after = by_socket(second, "t", len(before))
        whole = before + after
        assert [frame["seq"] for frame in whole] == list(range(1, len(whole) + 1))
        assert by_stream(second, "t", 0) == whole
        answers = [frame["text"] for frame in whole if frame["type"] == "answer.completed"]
        assert answers == ["It gave 10 paid [S1]."]


def test_a_server_that_is_told_to_stop_tells_its_clients_and_resumes_their_runs(
    tmp_path: Path,
) -> None:
    with running(tmp_path / "data", drain_seconds=0.2) as first:
        begin(first, "t", "pay 5")
        url = f"{first.ws}/v1/threads/t/ws?after=0"
        with connect(url, compression=None, max_queue=None) as socket:
            heard = [json.loads(socket.recv(timeout=PATIENCE))]
            while heard[-1]["type"] != "approval.requested":
                heard.append(json.loads(socket.recv(timeout=PATIENCE)))
            first.process.terminate()
            with pytest.raises(Exception, match="1012"):
                while True:
                    heard.append(json.loads(socket.recv(timeout=PATIENCE)))
        first.process.wait()
    with running(tmp_path / "data", drain_seconds=0.2) as second:
        path = f"{second.url}/v1/runs/{heard[-1]['run_id']}"
        run = httpx.get(path, timeout=PATIENCE).json()
        assert run["status"] in ("waiting", "running")
