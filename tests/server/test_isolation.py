"""Nobody reaches what is another's, on any route of any protocol."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import pytest
from pydantic import JsonValue
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from surefoot.server import KeyFile

from .conftest import PATIENCE, Live, running
from .signing import AUDIENCE, ISSUER, key_pair, signed

pytestmark = pytest.mark.anyio

THREAD = "owned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """A server with keys, and a thread of Ann's on it."""

    live: Live
    keys: dict[str, str]
    run_id: str
    call_id: str
    private: str

    def client(self, name: str) -> httpx.AsyncClient:
        """Return a client with a key."""
        return self.client_with(self.keys[name])

    def client_with(self, credential: str) -> httpx.AsyncClient:
        """Return a client with any credential."""
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        return httpx.AsyncClient(base_url=self.live.url, headers=headers, timeout=PATIENCE)

    def token(self, **claims: JsonValue) -> str:
        """Return a token of the issuer's."""
        return signed(self.private, **claims)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    book = KeyFile(folder / "data" / "keys.json")
    keys = {
        "ann": book.make("ann", user="ann"),
        "bob": book.make("bob", user="bob"),
        "reader": book.make("reader", user="ann", permissions=frozenset({"runs"})),
        "service": book.make("service"),
        "stranger": book.make("stranger", tenant="other", user="ann"),
        "other service": book.make("other service", tenant="other"),
        "slow": book.make("slow", user="slow", requests_per_minute=1, concurrent_runs=1),
    }
    private, jwks = key_pair()
    (folder / "jwks.json").write_text(json.dumps(jwks))
    with running(
        folder / "data",
        jwt_issuer=ISSUER,
        jwt_audience=AUDIENCE,
        jwt_keys=folder / "jwks.json",
        requests_per_minute=0,
        drain_seconds=0.1,
    ) as live:
        headers = {"Authorization": f"Bearer {keys['ann']}"}
        with httpx.Client(base_url=live.url, headers=headers, timeout=PATIENCE) as ann:
            begun = ann.post(f"/v1/threads/{THREAD}/runs", json={"text": "pay 10"}).json()
            call_id = None
            while call_id is None:
                events = ann.get(f"/v1/threads/{THREAD}/events").json()["events"]
                asked = [e["call_id"] for e in events if e["type"] == "approval.requested"]
                call_id = asked[0] if asked else None
        yield Secured(
            live=live, keys=keys, run_id=begun["run_id"], call_id=call_id, private=private
        )


OBJECTS: list[tuple[str, str, JsonValue]] = [
    ("GET", "/v1/threads/{thread}", None),
    ("PATCH", "/v1/threads/{thread}", {"title": "mine"}),
    ("DELETE", "/v1/threads/{thread}", None),
    ("GET", "/v1/threads/{thread}/runs", None),
    ("POST", "/v1/threads/{thread}/runs", {"text": "add 1 2"}),
    ("GET", "/v1/threads/{thread}/events", None),
    ("GET", "/v1/threads/{thread}/evidence", None),
    ("GET", "/v1/threads/{thread}/evidence/S1", None),
    ("GET", "/v1/runs/{run}", None),
    ("POST", "/v1/runs/{run}/cancel", None),
    ("POST", "/v1/runs/{run}/approvals/{call}", {"decision": "approve"}),
    ("PUT", "/v1/memories/fact-1", {"text": "mine"}),
    ("DELETE", "/v1/memories/fact-1", None),
    ("DELETE", "/v1/documents/none.md", None),
    ("GET", "/v1/documents/none.md", None),
    (
        "POST",
        "/v1/chat/completions",
        {
            "messages": [{"role": "user", "content": "add 1 2"}],
            "metadata": {"thread_id": THREAD},
        },
    ),
    ("POST", "/v1/responses", {"input": "add 1 2", "conversation": THREAD}),
    ("POST", "/v1/responses", {"input": "add 1 2", "previous_response_id": "resp_{run}_0"}),
    ("GET", "/v1/responses/resp_{run}_0", None),
    ("POST", "/v1/responses/resp_{run}_0/cancel", None),
    ("GET", "/threads/{thread}", None),
    ("PATCH", "/threads/{thread}", {"metadata": {}}),
    ("DELETE", "/threads/{thread}", None),
    ("GET", "/threads/{thread}/state", None),
    ("POST", "/threads/{thread}/state", {}),
    ("GET", "/threads/{thread}/state/1", None),
    ("POST", "/threads/{thread}/state/checkpoint", {"checkpoint": {"checkpoint_id": "1"}}),
    ("GET", "/threads/{thread}/history", None),
    ("POST", "/threads/{thread}/history", {}),
    ("GET", "/threads/{thread}/stream", None),
    ("GET", "/threads/{thread}/runs", None),
    (
        "POST",
        "/threads/{thread}/runs",
        {"assistant_id": "surefoot", "input": "add 1 2", "if_not_exists": "create"},
    ),
    ("POST", "/threads/{thread}/runs/stream", {"assistant_id": "surefoot", "input": "add 1 2"}),
    (
        "POST",
        "/threads/{thread}/runs/wait",
        {"assistant_id": "surefoot", "command": {"resume": "approve"}},
    ),
    ("GET", "/threads/{thread}/runs/{run}", None),
    ("DELETE", "/threads/{thread}/runs/{run}", None),
    ("GET", "/threads/{thread}/runs/{run}/join", None),
    ("GET", "/threads/{thread}/runs/{run}/stream", None),
    ("POST", "/threads/{thread}/runs/{run}/cancel", None),
    ("POST", "/runs/cancel", {"thread_id": THREAD, "run_ids": ["{run}"]}),
    ("POST", "/threads/prune", {"thread_ids": [THREAD]}),
    ("POST", "/threads/{thread}/copy", None),
]
"""Every route that names an object, with a body that would be taken."""


def may_begin_its_own(row: tuple[str, str, JsonValue]) -> bool:
    """Return whether another tenant begins a thread of the same name of its own with this."""
    method, path, body = row
    begins = path in ("/v1/threads/{thread}/runs", "/threads/{thread}/runs")
    is_asked = not path.startswith(("/runs/cancel", "/threads/prune"))
    return method == "POST" and (begins or (is_asked and THREAD in json.dumps(body)))


COMMON = {
    *("/v1/threads", "/v1/documents", "/v1/tables", "/v1/memories", "/v1/memories/export"),
    *("/v1/memories/search", "/v1/owner/ingest"),
    *("/v1/render", "/v1/tickets", "/v1/models", "/v1/models/{model}", "/metrics"),
    *("/assistants/search", "/assistants/count", "/assistants/{assistant_id}"),
    *("/assistants/{assistant_id}/graph", "/assistants/{assistant_id}/schemas"),
    *("/assistants/{assistant_id}/subgraphs", "/threads", "/threads/search", "/threads/count"),
    *("/runs", "/runs/stream", "/runs/wait", "/v1/chat/completions", "/v1/responses"),
    *("/runs/crons", "/runs/crons/search", "/runs/crons/count", "/runs/crons/{cron_id}"),
    "/threads/{thread_id}/runs/crons",
    *("/store/items", "/store/items/search", "/store/namespaces"),
}
"""Routes that name no object of anybody's: those of the store name things of the caller's own."""
OPEN = {"/healthz", "/readyz", "/ok", "/info"}


async def call(
    client: httpx.AsyncClient, secured: Secured, method: str, path: str, body: JsonValue
) -> httpx.Response:
    names = {"thread": THREAD, "run": secured.run_id, "call": secured.call_id}
    text = json.dumps(body).replace("{run}", secured.run_id) if body is not None else None
    headers = {"Content-Type": "application/json"} if text else {}
    return await client.request(method, path.format(**names), content=text, headers=headers)


def shape_of(path: str) -> str:
    """Return a path with every name in it forgotten."""
    import re

    filled = path.replace("resp_{run}_0", "{x}").replace("none.md", "{x}").replace("S1", "{x}")
    filled = filled.replace("fact-1", "{x}").replace("/state/1", "/state/{x}")
    return re.sub(r"\{[^}]*\}", "{x}", filled)


async def test_the_table_has_every_route(secured: Secured) -> None:
    async with secured.client("ann") as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    known = {(method, shape_of(path)) for method, path, _ in OBJECTS}
    missing = [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path not in COMMON | OPEN and (method.upper(), shape_of(path)) not in known
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        (who, *row)
        for who in ("bob", "stranger", "other service")
        for row in OBJECTS
        if who == "bob" or not may_begin_its_own(row)
    ],
)
async def test_another_persons_or_tenants_things_are_not_there(
    secured: Secured, who: str, method: str, path: str, body: JsonValue
) -> None:
    async with secured.client(who) as client:
        response = await call(client, secured, method, path, body)
    is_without_user = "memories" in path and who == "other service"
    assert response.status_code == (422 if is_without_user else 404), response.text
    async with secured.client("ann") as ann:
        run = (await ann.get(f"/v1/runs/{secured.run_id}")).json()
    assert run["status"] == "waiting"


@pytest.mark.parametrize("credential", ["", "sf_wrong", "a.b.c"])
async def test_nothing_is_answered_without_a_key(secured: Secured, credential: str) -> None:
    async with secured.client_with(credential) as client:
        for method, path, body in OBJECTS:
            assert (await call(client, secured, method, path, body)).status_code == 401, path
        for path in COMMON:
            response = await client.get(path)
            assert response.status_code in (401, 405), path
        for path in OPEN:
            assert (await client.get(path)).status_code == 200


async def test_lists_show_only_ones_own(secured: Secured) -> None:
    for who, expected in [("ann", True), ("service", True), ("bob", False), ("stranger", False)]:
        async with secured.client(who) as client:
            ours = (await client.get("/v1/threads")).json()["threads"]
            theirs = (await client.post("/threads/search", json={"limit": 100})).json()
        assert (THREAD in {t["thread_id"] for t in ours}) is (expected and who != "stranger")
        if who == "bob":
            assert THREAD not in {t["thread_id"] for t in theirs}


async def heard(url: str, key: str) -> int | None:
    """Return the code with which a socket is closed, or None when it stays open."""
    async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        try:
            await socket.send('{"type": "ping"}')
            await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None
    return None


async def test_sockets_are_for_ones_own_threads(secured: Secured) -> None:
    url = f"{secured.live.ws}/v1/threads/{THREAD}/ws"
    assert await heard(url, "sf_wrong") == 4401
    assert await heard(url, secured.keys["bob"]) == 4404
    assert await heard(url, secured.keys["ann"]) is None
    assert await heard(url, secured.keys["stranger"]) is None


async def test_a_service_acts_for_a_person_and_then_sees_what_they_see(secured: Secured) -> None:
    async with secured.client("service") as client:
        path = f"/v1/threads/{THREAD}"
        assert (await client.get(path)).status_code == 200
        for user, status in [("ann", 200), ("bob", 404)]:
            found = await client.get(path, headers={"X-Surefoot-User": user})
            assert found.status_code == status


async def test_a_key_does_only_what_it_may(secured: Secured) -> None:
    async with secured.client("reader") as client:
        assert (await client.get(f"/v1/threads/{THREAD}")).status_code == 200
        refused: list[tuple[str, str, JsonValue]] = [
            ("POST", "/v1/runs/{run}/approvals/{call}", {"decision": "approve"}),
            ("GET", "/v1/memories", None),
            ("DELETE", "/v1/documents/none.md", None),
            ("GET", "/metrics", None),
        ]
        for method, path, body in refused:
            response = await call(client, secured, method, path, body)
            assert response.status_code == 403, path


async def test_tokens_of_the_issuer_are_taken_and_no_others(secured: Secured) -> None:
    other, _ = key_pair()
    cases = [
        (secured.token(), 200),
        (secured.token(sub="bob"), 404),
        (secured.token(tenant="other"), 404),
        (secured.token(aud="another"), 401),
        (secured.token(iss="https://evil.example"), 401),
        (secured.token(exp=int(time.time()) - 3600), 401),
        (jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "sub": "ann"}, other, algorithm="ES256"), 401),
        (jwt.encode({"sub": "ann"}, "x" * 40, algorithm="HS256"), 401),
        (jwt.encode({"sub": "ann"}, "", algorithm="none"), 401),
    ]
    for token, status in cases:
        async with secured.client_with(token) as client:
            assert (await client.get(f"/v1/threads/{THREAD}")).status_code == status


async def test_too_much_is_refused_with_the_time_to_wait(secured: Secured) -> None:
    async with secured.client("slow") as client:
        assert (await client.post("/v1/threads/s1/runs", json={"text": "wait"})).status_code == 202
        second = await client.post("/v1/threads/s2/runs", json={"text": "wait"})
        assert second.status_code == 429 and second.json()["code"] == "too_many_runs"
        statuses = [await client.get("/v1/threads") for _ in range(20)]
        refused = [response for response in statuses if response.status_code == 429]
        assert refused and int(refused[0].headers["retry-after"]) >= 1


async def test_no_secret_is_in_any_answer_or_file(secured: Secured, tmp_path: Path) -> None:
    async with secured.client_with("sf_secretive") as client:
        assert "sf_secretive" not in (await client.get("/v1/threads")).text
    async with secured.client("ann") as client:
        text = (await client.get(f"/v1/threads/{THREAD}/events")).text
    assert not any(key in text for key in secured.keys.values())


@pytest.fixture
async def stray(secured: Secured) -> AsyncIterator[httpx.AsyncClient]:
    async with secured.client("ann") as client:
        yield client


async def test_pages_of_other_origins_change_nothing(stray: httpx.AsyncClient) -> None:
    response = await stray.post("/v1/tickets", headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    own = await stray.post("/v1/tickets", headers={"Origin": str(stray.base_url).rstrip("/")})
    assert own.status_code == 201
