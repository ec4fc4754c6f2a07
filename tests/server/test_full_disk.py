"""A full disk: clients and operators are told, and what was acknowledged is not lost."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import httpx

from .conftest import PATIENCE, running

CRAMPED = Path(__file__).with_name("cramped.py")


def fill(client: httpx.Client) -> list[str]:
    """Ask until the disk is full; return the runs that were acknowledged, by thread."""
    question = {"text": f"echo {'x' * 5_000}"}
    acknowledged: list[str] = []
    while True:
        begun = client.post(f"/v1/threads/t{len(acknowledged)}/runs", json=question)
        if not begun.is_success:
            break
        acknowledged.append(begun.json()["run_id"])
    assert acknowledged, begun.text
    assert begun.status_code == 503 and begun.json()["code"] == "storage_error"
    assert "Retry-After" in begun.headers
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["log"].startswith("cannot be read or written")
    assert client.get("/healthz").status_code == 200
    return acknowledged


def see_whole(client: httpx.Client, acknowledged: list[str]) -> None:
    """See that each run ends with its answer, with no event lost or told twice."""
    for number, run_id in enumerate(acknowledged):
        assert client.get(f"/threads/t{number}/runs/{run_id}/join").is_success
        events = client.get(f"/v1/threads/t{number}/events").json()["events"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert events[-1]["type"] == "run.completed"


def test_what_was_acknowledged_before_the_disk_was_full_is_answered_after_a_restart(
    tmp_path: Path,
) -> None:
    with running(tmp_path / "data", program=CRAMPED) as live, live.client() as client:
        acknowledged = fill(client)
    with running(tmp_path / "data") as live, live.client() as client:
        assert client.get("/readyz").status_code == 200
        see_whole(client, acknowledged)


def test_a_server_goes_on_by_itself_once_there_is_room_again(tmp_path: Path) -> None:
    with running(tmp_path / "data", program=CRAMPED) as live, live.client() as client:
        acknowledged = fill(client)
        _, most = resource.prlimit(live.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(live.process.pid, resource.RLIMIT_FSIZE, (most, most))
        until_ready(client)
        see_whole(client, acknowledged)
        stream = {"Accept": "text/event-stream"}
        new = client.post("/v1/threads/t0/runs", json={"text": "add 1 2"}, headers=stream)
        assert "run.completed" in new.text


def until_ready(client: httpx.Client) -> None:
    """Ask whether the server is ready until it is."""
    end = time.monotonic() + PATIENCE
    while (ready := client.get("/readyz")).status_code != 200:
        assert time.monotonic() < end, ready.text
        time.sleep(0.05)
