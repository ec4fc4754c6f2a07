"""No key and no password is in any log, event, stream, count or error, whoever put it there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from surefoot.server import KeyFile

from .conftest import PATIENCE, Live, running
from .leaking import PASSWORD, PLAIN_KEY, PROVIDER_KEY
from .signing import AUDIENCE, ISSUER, key_pair, signed

STREAM = {"Accept": "text/event-stream"}
WAYS = ("provider", "tool", "broken tool", "bug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A server that is told secrets, and what must never be seen again."""

    live: Live
    data: Path
    log: Path
    key: str
    token: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys, the token and the password."""
        return (PROVIDER_KEY, PLAIN_KEY, PASSWORD, self.key, self.token)

    def client(self, credential: str | None = None) -> httpx.Client:
        """Return a client with a key."""
        headers = {"Authorization": f"Bearer {credential or self.key}"}
        return httpx.Client(base_url=self.live.url, headers=headers, timeout=PATIENCE)

    def clean(self, told: bytes | str) -> None:
        """Assert that no secret is in what was told."""
        text = told if isinstance(told, str) else told.decode(errors="replace")
        assert [secret for secret in self.secrets if secret in text] == []


@pytest.fixture(scope="module")
def leak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leak]:
    folder = tmp_path_factory.mktemp("leak")
    private, jwks = key_pair()
    (folder / "jwks.json").write_text(json.dumps(jwks))
    key = KeyFile(folder / "data" / "keys.json").make("ann", user="ann")
    settings = {
        "jwt_keys": folder / "jwks.json",
        "jwt_issuer": ISSUER,
        "jwt_audience": AUDIENCE,
        "log_json": True,
        "drain_seconds": 0.1,
    }
    program = Path(__file__).with_name("leaking.py")
    log = folder / "log"
    with running(folder / "data", program=program, log=log, **settings) as live:
        yield Leak(live=live, data=folder / "data", log=log, key=key, token=signed(private))


@pytest.mark.parametrize("way", WAYS)
def test_a_failure_tells_of_no_secret_on_any_protocol(leak: Leak, way: str) -> None:
    name = way.replace(" ", "-")
    with leak.client() as client:
        run = client.post(f"/v1/threads/{name}/runs", json={"text": way}, headers=STREAM)
        assert "run.failed" in run.text or "step.failed" in run.text
        chat = {"messages": [{"role": "user", "content": way}]}
        asked = {"assistant_id": "surefoot", "input": way, "stream_mode": ["values", "custom"]}
        for told in (
            run,
            client.get(f"/v1/threads/{name}/events"),
            client.get(f"/v1/runs/{run.headers['x-run-id']}"),
            client.post("/v1/chat/completions", json=chat),
            client.post("/v1/chat/completions", json={**chat, "stream": True}),
            client.post("/v1/responses", json={"input": way}),
            client.post("/v1/responses", json={"input": way, "stream": True}),
            client.post("/runs/wait", json=asked),
            client.post("/runs/stream", json=asked),
            client.post(f"/threads/{name}/history", json={}),
            client.get("/metrics"),
        ):
            leak.clean(told.content)
    url = f"{leak.live.ws}/v1/threads/{name}/ws?after=0"
    with connect(url, additional_headers={"Authorization": f"Bearer {leak.key}"}) as socket:
        while "run.failed" not in (heard := str(socket.recv(timeout=PATIENCE))):
            leak.clean(heard)
            if "run.completed" in heard:
                break
        leak.clean(heard)


def test_a_credential_is_told_back_to_nobody(leak: Leak) -> None:
    for credential in (leak.key, leak.token):
        with leak.client(credential) as client:
            for path in ("/v1/threads/none", "/v1/runs/none", "/nowhere", "/v1/models/none"):
                leak.clean(client.get(path).content)
            leak.clean(client.post("/v1/threads/a b/runs", json={"text": credential}).content)
    with leak.client(leak.token[:-3] + "xyz") as client:
        refused = client.get("/v1/threads")
        assert refused.status_code == 401
        assert leak.token[:-3] not in refused.text


def test_what_is_kept_and_logged_holds_no_secret(leak: Leak) -> None:
    with leak.client() as client:
        for way in WAYS:
            client.post("/v1/threads/kept/runs", json={"text": way}, headers=STREAM)
    with sqlite3.connect(leak.data / "surefoot.db") as database:
        for (body,) in database.execute("SELECT body FROM events"):
            leak.clean(body)
        for table in ("runs", "threads", "conversations", "recordings"):
            rows = str(database.execute(f"SELECT * FROM {table}").fetchall())
            assert PROVIDER_KEY not in rows and PLAIN_KEY not in rows and leak.key not in rows
    database.close()
    text = leak.log.read_text()
    leak.clean(text)
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    assert any(line["level"] == "error" and "[secret]" in str(line) for line in lines)
    assert any("/v1/threads/{thread_id}/runs" in line["event"] for line in lines)
