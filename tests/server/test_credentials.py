"""Keys and tokens that are taken away or run out while somebody listens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pydantic import JsonValue
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from surefoot.server import KeyFile

from .conftest import PATIENCE, Live, running
from .signing import AUDIENCE, ISSUER, key_pair, signed


@dataclass(slots=True)
class Issuer:
    """Gives out its public keys over HTTP."""

    private: str
    jwks: dict[str, JsonValue]
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[Issuer, str]]:
    made = Issuer(*key_pair())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            body = json.dumps(made.jwks).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        yield made, f"http://127.0.0.1:{http.server_address[1]}/jwks.json"
        http.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server that asks for keys and tokens."""

    live: Live
    book: KeyFile
    issuer: Issuer

    def connected(self, credential: str) -> ClientConnection:
        """Return a socket, which the server may be about to close."""
        headers = {"Authorization": f"Bearer {credential}"}
        url = f"{self.live.ws}/v1/threads/{hash(credential)}/ws"
        return connect(url, additional_headers=headers, compression=None)

    @contextmanager
    def socket(self, credential: str) -> Iterator[ClientConnection]:
        """Open a socket and hear that it is open."""
        with self.connected(credential) as socket:
            socket.send('{"type": "ping"}')
            assert json.loads(socket.recv(timeout=PATIENCE))["type"] == "pong"
            yield socket


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory, issuer: tuple[Issuer, str]
) -> Iterator[Guarded]:
    made, url = issuer
    data = tmp_path_factory.mktemp("guarded") / "data"
    book = KeyFile(data / "keys.json")
    book.make("somebody else", user="else")
    with running(
        data, jwt_keys=url, jwt_issuer=ISSUER, jwt_audience=AUDIENCE, drain_seconds=0.1
    ) as live:
        yield Guarded(live, book, made)


def closing(socket: ClientConnection) -> int:
    """Return the code with which the server closes."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=PATIENCE)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_a_key_that_is_taken_away_closes_its_socket_and_ends_its_stream(guarded: Guarded) -> None:
    key = guarded.book.make("ann", user="ann")
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=guarded.live.url, headers=headers, timeout=PATIENCE) as ann:
        ann.post("/v1/threads/ann/runs", json={"text": "add 1 2"})
        stream = {"Accept": "text/event-stream"}
        with (
            guarded.socket(key) as socket,
            ann.stream("GET", "/v1/threads/ann/events", headers=stream) as answer,
        ):
            lines = answer.iter_lines()
            while "run.completed" not in next(lines):
                pass
            guarded.book.revoke("ann")
            assert closing(socket) == 4401
            last = [line for line in lines if line.startswith(("event:", "data:"))][-2:]
        assert last[0] == "event: error" and json.loads(last[1][6:])["code"] == "revoked"
        assert ann.get("/v1/threads").status_code == 401


def test_a_token_that_runs_out_closes_its_socket(guarded: Guarded) -> None:
    token = signed(guarded.issuer.private, exp=int(time.time()) + 1)
    with guarded.connected(token) as socket:
        assert closing(socket) == 4401


def test_keys_of_tokens_come_from_the_issuer_and_are_asked_for_once(guarded: Guarded) -> None:
    for user in ("ann", "bob"):
        token = signed(guarded.issuer.private, sub=user)
        headers = {"Authorization": f"Bearer {token}"}
        assert (
            httpx.get(
                f"{guarded.live.url}/v1/threads", headers=headers, timeout=PATIENCE
            ).status_code
            == 200
        )
    forged = signed(key_pair()[0])
    answer = httpx.get(
        f"{guarded.live.url}/v1/threads",
        headers={"Authorization": f"Bearer {forged}"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 401 and answer.json()["code"] == "bad_token"
    assert guarded.issuer.asked == ["/jwks.json"]
