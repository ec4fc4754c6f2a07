"""The ways out of a server: everything it answers, by every protocol, about a run that lied."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
from websockets.sync.client import connect

Way = Callable[[httpx.Client, str], bytes]
"""Asks a question and returns all that the server tells of it."""


def end_of(question: str) -> bytes:
    """Return what stands at a run's end: a note, or the provider's failure."""
    return b"repeats what is withheld" if question == "lie abroad" else b"I left out"


def ended(told: bytes, question: str) -> bytes:
    """Return what was told, which must have its end."""
    assert end_of(question) in told, told
    return told


def joined(*answers: httpx.Response) -> bytes:
    assert [answer.url for answer in answers if answer.is_client_error] == []
    return b"\n".join(answer.content for answer in answers)


def thread_of(way: str, question: str) -> str:
    return f"{way}-{question.replace(' ', '-')}"


def by_rest(client: httpx.Client, question: str) -> bytes:
    thread = f"/v1/threads/{thread_of('rest', question)}"
    stream = client.post(
        f"{thread}/runs", json={"text": question}, headers={"Accept": "text/event-stream"}
    )
    run = client.get(f"{thread}/runs").json()[0]["run_id"]
    asked = [
        *(thread, "/v1/threads", f"{thread}/events", f"{thread}/runs", f"/v1/runs/{run}"),
        *("/v1/memories", "/v1/memories/export", "/v1/memories/search?q=weighs"),
        f"{thread}/evidence",
        *([] if question == "lie alone" else [f"{thread}/evidence/S1"]),
    ]
    return joined(stream, *map(client.get, asked))


def by_chat(client: httpx.Client, question: str) -> bytes:
    body = {"model": "surefoot", "messages": [{"role": "user", "content": question}]}
    whole = client.post("/v1/chat/completions", json=body)
    stream = client.post("/v1/chat/completions", json={**body, "stream": True})
    return ended(whole.content, question) + ended(stream.content, question)


def by_responses(client: httpx.Client, question: str) -> bytes:
    body = {"model": "surefoot", "input": question}
    whole = client.post("/v1/responses", json=body)
    stream = client.post("/v1/responses", json={**body, "stream": True})
    again = [client.get(f"/v1/responses/{whole.json()['id']}")] if whole.is_success else []
    return joined(*again) + ended(whole.content, question) + ended(stream.content, question)


def by_langgraph(client: httpx.Client, question: str) -> bytes:
    thread = client.post("/threads", json={}).json()["thread_id"]
    modes = ["values", "updates", "messages-tuple", "messages", "events", "debug", "custom"]
    asks = {"messages": [{"role": "user", "content": question}]}
    body = {"assistant_id": "surefoot", "input": asks, "stream_mode": modes}
    told = [client.post(f"/threads/{thread}/runs/stream", json=body)]
    run = client.get(f"/threads/{thread}/runs").json()[0]["run_id"]
    states = client.post(f"/threads/{thread}/history", json={"limit": 50})
    at = states.json()[0]["checkpoint"]
    paths = ["", "/state", "/history", "/runs", f"/runs/{run}", f"/runs/{run}/join"]
    told += [client.get(f"/threads/{thread}{path}") for path in paths]
    told += [
        states,
        client.get(f"/threads/{thread}/runs/{run}/stream"),
        client.get(f"/threads/{thread}/state/{at['checkpoint_id']}"),
        client.post(f"/threads/{thread}/state/checkpoint", json={"checkpoint": at}),
        client.post("/threads/search", json={}),
        client.post(f"/threads/{thread}/runs/wait", json={**body, "stream_mode": "values"}),
        client.post("/runs/stream", json=body),
        client.post("/runs/wait", json={"assistant_id": "surefoot", "input": asks}),
    ]
    ended(told[0].content + told[-1].content, question)
    return joined(*told) + followed(client, f"/threads/{thread}/stream", question)


def followed(client: httpx.Client, path: str, question: str) -> bytes:
    """Return the frames of a stream without an end, from its beginning to the run's end."""
    heard: list[str] = []
    with client.stream("GET", path, headers={"Last-Event-ID": "-1"}) as stream:
        for line in stream.iter_lines():
            heard.append(line)
            if end_of(question).decode() in line:
                break
    return "\n".join(heard).encode()


def by_socket(client: httpx.Client, question: str) -> bytes:
    url = str(client.base_url).replace("http://", "ws://").rstrip("/")
    heard: list[bytes] = []
    over = (b'"run.completed"', b'"run.failed"')
    with connect(f"{url}/v1/threads/{thread_of('ws', question)}/ws", compression=None) as socket:
        socket.send(json.dumps({"type": "message", "text": question, "id": "m1"}))
        while not heard or not any(end in heard[-1] for end in over):
            frame = socket.recv(timeout=60)
            heard.append(frame.encode() if isinstance(frame, str) else frame)
    return ended(b"\n".join(heard), question)


def by_store(client: httpx.Client, question: str) -> bytes:
    search = {"namespace_prefix": [], "query": question, "limit": 100}
    spaces = client.post("/store/namespaces", json={"limit": 100})
    return joined(client.post("/store/items/search", json=search), spaces)


def by_metrics(client: httpx.Client, question: str) -> bytes:
    return client.get("/metrics").content


WAYS: tuple[Way, ...] = (
    *(by_rest, by_chat, by_responses, by_langgraph, by_socket),
    *(by_store, by_metrics),
)
"""A protocol that is new is put here, and each of its routes is asked."""

TELL_OF_NO_RUN = {
    *("/healthz", "/readyz", "/ok", "/info", "/v1/models", "/v1/models/{model}", "/v1/render"),
    *("/v1/owner/ingest", "/v1/tickets", "/v1/documents", "/v1/documents/{name}", "/v1/tables"),
    *("/assistants/search", "/assistants/count", "/assistants/{assistant_id}"),
    *("/assistants/{assistant_id}/graph", "/assistants/{assistant_id}/schemas"),
    *("/assistants/{assistant_id}/subgraphs", "/v1/documents/{path}"),
}
"""Routes about the server, its library and its assistants."""
TELL_LITTLE = {
    *("/v1/runs/{run_id}/cancel", "/v1/runs/{run_id}/approvals/{call_id}"),
    *("/v1/responses/{response_id}/cancel", "/threads/{thread_id}/copy"),
    *("/threads/{thread_id}/runs/{run_id}/cancel", "/runs/cancel", "/threads/prune"),
    *("/threads/count", "/runs/crons", "/runs/crons/search", "/runs/crons/count"),
    *("/runs/crons/{cron_id}", "/threads/{thread_id}/runs/crons", "/store/items", "/runs"),
}
"""Routes that answer with a number, with an id, with what was sent, or that they cannot."""
