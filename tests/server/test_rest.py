"""The REST interface and its event streams, as a program over HTTP sees them."""

from __future__ import annotations

import httpx
import pytest
from dirty_equals import IsPartialDict, IsStr
from pydantic import JsonValue

from .sse import Sent, sent

pytestmark = pytest.mark.anyio

STREAM = {"Accept": "text/event-stream"}


async def ask(http: httpx.AsyncClient, thread: str, text: str, **more: JsonValue) -> list[Sent]:
    """Ask and return the run's events."""
    body = {"text": text, **more}
    async with http.stream("POST", f"/v1/threads/{thread}/runs", json=body, headers=STREAM) as r:
        assert r.status_code == 200, await r.aread()
        return [event async for event in sent(r)]


async def begin(http: httpx.AsyncClient, thread: str, text: str, **more: JsonValue) -> str:
    """Ask and return the run's id."""
    response = await http.post(f"/v1/threads/{thread}/runs", json={"text": text, **more})
    assert response.status_code == 202, response.text
    return str(response.json()["run_id"])


async def until(http: httpx.AsyncClient, thread: str, kind: str, *, after: int = 0) -> Sent:
    """Follow a thread until an event of a type comes."""
    path = f"/v1/threads/{thread}/events"
    async with http.stream("GET", path, params={"after": after}, headers=STREAM) as response:
        async for event in sent(response):
            if event.event == kind:
                return event
    raise AssertionError(f"no {kind} came")


async def test_a_run_is_streamed_from_its_first_event_to_its_last(http: httpx.AsyncClient) -> None:
    events = await ask(http, "rest-1", "add 1 2")
    assert events[0].event == "run.started" and events[-1].event == "run.completed"
    assert [event.id for event in events] == [str(n) for n in range(1, len(events) + 1)]
    assert [e["text"] for e in events if e.event == "answer.completed"] == ["It gave 3 [S1]."]


async def test_a_run_goes_on_without_anybody_watching_and_can_be_looked_up(
    http: httpx.AsyncClient,
) -> None:
    run_id = await begin(http, "rest-2", "add 2 3")
    await until(http, "rest-2", "run.completed")
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    assert run == IsPartialDict(status="completed", answer="It gave 5 [S1].", text="add 2 3")
    assert [r["run_id"] for r in (await http.get("/v1/threads/rest-2/runs")).json()] == [run_id]


async def test_the_same_message_sent_twice_is_one_run(http: httpx.AsyncClient) -> None:
    first = await begin(http, "rest-3", "add 1 1", id="m1")
    assert await begin(http, "rest-3", "add 1 1", id="m1") == first
    assert await begin(http, "rest-3", "add 1 1", id="m2") != first


async def test_events_are_read_from_a_cursor_on_as_a_page_or_a_stream(
    http: httpx.AsyncClient,
) -> None:
    events = await ask(http, "rest-4", "add 1 2")
    page = (await http.get("/v1/threads/rest-4/events", params={"after": 5, "limit": 3})).json()
    assert [event["seq"] for event in page["events"]] == [6, 7, 8]
    assert page["last_seq"] == len(events) and page["snapshot"] is None
    headers = {**STREAM, "Last-Event-ID": "7"}
    async with http.stream("GET", "/v1/threads/rest-4/events", headers=headers) as response:
        async for event in sent(response):
            assert event.id == "8"
            break


async def test_a_cursor_that_points_nowhere_is_answered_with_a_snapshot(
    http: httpx.AsyncClient,
) -> None:
    events = await ask(http, "rest-5", "add 1 2")
    page = (await http.get("/v1/threads/rest-5/events", params={"after": 999})).json()
    assert page["snapshot"] == IsPartialDict(reason="ahead", seq=len(events), title="add 1 2")
    async with http.stream(
        "GET", "/v1/threads/rest-5/events", params={"after": 999}, headers=STREAM
    ) as response:
        async for event in sent(response):
            assert (event.event, event.id) == ("snapshot", str(len(events)))
            break


async def test_a_call_waits_for_a_person_and_goes_on_as_they_decided(
    http: httpx.AsyncClient,
) -> None:
    run_id = await begin(http, "rest-6", "pay 10")
    asked = await until(http, "rest-6", "approval.requested")
    approval = f"/v1/runs/{run_id}/approvals/{asked['call_id']}"
    await http.post(approval, json={"decision": "edit", "args": {"amount": 7}})
    done = await until(http, "rest-6", "answer.completed")
    assert done["text"] == "It gave 7 paid [S1]."
    assert (await http.post(approval, json={"decision": "approve"})).status_code == 404


async def test_a_run_is_stopped_and_its_thread_stays_usable(http: httpx.AsyncClient) -> None:
    run_id = await begin(http, "rest-7", "wait")
    await until(http, "rest-7", "step.started")
    stopped = await http.post(f"/v1/runs/{run_id}/cancel")
    assert stopped.json() == IsPartialDict(status="cancelled")
    assert (await ask(http, "rest-7", "add 1 2"))[-1].event == "run.completed"


@pytest.mark.parametrize("busy", ["reject", "interrupt", "rollback", "enqueue"])
async def test_a_second_message_does_to_a_busy_thread_what_was_asked_for(
    http: httpx.AsyncClient, busy: str
) -> None:
    thread = f"rest-8-{busy}"
    first = await begin(http, thread, "wait")
    await until(http, thread, "step.started")
    second = await http.post(f"/v1/threads/{thread}/runs", json={"text": "add 1 2", "busy": busy})
    if busy == "reject":
        assert second.status_code == 409 and second.headers["retry-after"]
    elif busy == "enqueue":
        assert (await until(http, thread, "run.queued"))["ahead"] == 1
    else:
        await until(http, thread, "run.completed")
        assert (await http.get(f"/v1/runs/{first}")).json()["status"] == "cancelled"
    await http.delete(f"/v1/threads/{thread}")


async def test_threads_are_listed_searched_renamed_and_deleted(http: httpx.AsyncClient) -> None:
    await ask(http, "rest-9", "add 40 2")
    found = (await http.get("/v1/threads", params={"q": "40"})).json()
    assert [thread["thread_id"] for thread in found["threads"]] == ["rest-9"]
    renamed = await http.patch("/v1/threads/rest-9", json={"title": "<b>Sums</b>"})
    assert renamed.json() == IsPartialDict(title="<b>Sums</b>", user="local")
    assert (await http.delete("/v1/threads/rest-9")).status_code == 204
    assert (await http.get("/v1/threads/rest-9")).status_code == 404
    assert (await http.get("/v1/threads/rest-9/events")).status_code == 404


async def test_evidence_is_listed_and_opened(http: httpx.AsyncClient) -> None:
    await ask(http, "rest-10", "tell 3")
    listed = (await http.get("/v1/threads/rest-10/evidence")).json()
    assert [item["id"] for item in listed] == ["S1", "S2", "S3"]
    one = (await http.get("/v1/threads/rest-10/evidence/S2")).json()
    assert one["evidence"] == listed[1] and one["html"] == "<p>1001</p>\n"
    assert (await http.get("/v1/threads/rest-10/evidence/S9")).status_code == 404
    await ask(http, "rest-10", "again")
    assert (await http.get("/v1/threads/rest-10/evidence")).json() == listed


async def test_what_is_refused_is_told_as_a_problem_with_the_request_id(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/v1/runs/none", headers={"X-Request-Id": "my-request"})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == "my-request"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no run 'none'.",
        "code": "not_found",
        "request_id": "my-request",
    }


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/threads/b/runs", b"{", 422),
        ("/v1/threads/b/runs", b'{"text": ""}', 422),
        ("/v1/threads/b/runs", b'{"text": "x", "unknown": 1}', 422),
        ("/v1/threads/b/runs", b'{"text": "x", "attachments": ["nowhere.md"]}', 422),
        ("/v1/threads/b%20c/runs", b'{"text": "x"}', 422),
        ("/v1/render", b'{"text": "' + b"x" * 2_000_000 + b'"}', 413),
        ("/v1/threads/b/nothing", b"{}", 404),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await http.post(path, content=body, headers=headers)
    assert response.status_code == status, response.text
    assert response.json() == IsPartialDict(status=status, request_id=IsStr())


async def test_a_failed_run_says_so_without_an_answer(http: httpx.AsyncClient) -> None:
    events = await ask(http, "rest-11", "fail")
    assert events[-1].event == "run.failed" and "provider" in str(events[-1]["error"])


async def test_memories_are_seen_corrected_exported_and_forgotten(http: httpx.AsyncClient) -> None:
    # Somebody of whom the other tests of this server have not spoken.
    http.headers["X-Surefoot-User"] = "lisa"
    made = (await http.post("/v1/memories", json={"text": "I live in Lisbon."})).json()
    corrected = await http.put(f"/v1/memories/{made['memory_id']}", json={"text": "I like tea."})
    listed = (await http.get("/v1/memories")).json()
    assert [fact["text"] for fact in listed] == ["I like tea."]
    assert listed[0]["memory_id"] == corrected.json()["memory_id"]
    exported = (await http.get("/v1/memories/export")).json()
    told = [(fact["text"], fact["was_wrong"]) for fact in exported["facts"]]
    assert told == [("I live in Lisbon.", True), ("I like tea.", False)]
    path = f"/v1/memories/{listed[0]['memory_id']}"
    assert (await http.delete(path)).status_code == 204
    assert (await http.delete(path)).status_code == 404
    gone = (await http.delete("/v1/memories")).json()
    assert (gone["forgotten"], gone["receipt"]["hits"]) == (1, 0)
    emptied = (await http.get("/v1/memories/export")).json()
    assert (emptied["facts"], emptied["turns"], emptied["runs"]) == ([], [], [])


async def test_health_readiness_and_metrics_are_told(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    ready = (await http.get("/readyz")).json()
    assert ready == {"status": "ready", "checks": {"runs": "ok", "log": "ok", "memory": "ok"}}
    await ask(http, "rest-12", "add 1 2")
    text = (await http.get("/metrics")).text
    assert 'surefoot_run_ends_total{how="answered"}' in text
    assert 'route="/v1/threads/{thread_id}/runs",status="200"' in text


async def test_markdown_comes_back_as_harmless_html(http: httpx.AsyncClient) -> None:
    text = "**Yes** [S1] <img src=x onerror=alert(1)> [go](javascript:alert(1))"
    html = (await http.post("/v1/render", json={"text": text})).json()["html"]
    assert "<strong>Yes</strong>" in html and 'data-evidence="S1"' in html
    assert "<img" not in html and 'href="javascript' not in html


async def test_a_question_may_show_a_picture_and_a_false_one_is_refused(
    http: httpx.AsyncClient,
) -> None:
    picture: JsonValue = {"media_type": "image/gif", "data": "R0lGODlh"}
    events = await ask(http, "rest-picture", "add 1 2", images=[picture])
    assert events[0]["images"] == ["image/gif"]
    false: JsonValue = {"media_type": "image/png", "data": "R0lGODlh"}
    body: JsonValue = {"text": "add 1 2", "images": [false]}
    refused = await http.post("/v1/threads/rest-picture/runs", json=body)
    assert refused.status_code == 422 and "is called 'image/png'" in refused.text, refused.text
