"""A full disk: clients and operators are told, and what was acknowledged is not lost."""

from __future__ import annotations

from pathlib import Path

from .conftest import running

CRAMPED = Path(__file__).with_name("cramped.py")
STREAM = {"Accept": "text/event-stream"}


def test_a_full_disk_is_told_of_and_takes_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    question = {"text": f"echo {'x' * 5_000}"}
    with running(tmp_path / "data", program=CRAMPED) as live, live.client() as client:
        while (
            begun := client.post(f"/v1/threads/t{len(acknowledged)}/runs", json=question)
        ).is_success:
            acknowledged.append(begun.json()["run_id"])
        assert acknowledged
        assert begun.status_code == 503 and begun.json()["code"] == "storage_error"
        assert "Retry-After" in begun.headers
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["log"].startswith("cannot be read or written")
        assert client.get("/healthz").status_code == 200
    with running(tmp_path / "data") as live, live.client() as client:
        assert client.get("/readyz").status_code == 200
        for number, run_id in enumerate(acknowledged):
            path = f"/threads/t{number}/runs/{run_id}/join"
            assert client.get(path).is_success
            events = client.get(f"/v1/threads/t{number}/events").json()["events"]
            assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
            assert events[-1]["type"] == "run.completed"
