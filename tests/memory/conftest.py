"""Clients of Chroma that end with their test, and a server on the loopback address."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from chromadb.api.client import Client
from chromadb.config import Settings

_SECONDS_TO_START = 60
_clients: list[Client] = []


def client_of(folder: Path) -> Client:
    """Return a client of a folder, which is closed when the test has ended."""
    _clients.append(
        Client(
            settings=Settings(
                is_persistent=True, persist_directory=str(folder), anonymized_telemetry=False
            )
        )
    )
    return _clients[-1]


@pytest.fixture(autouse=True)
def clients_end_with_their_test() -> Iterator[None]:
    """Leave no files open and no threads behind, which later tests would count."""
    yield
    while _clients:
        _clients.pop().close()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server and return its address."""
    folder = tmp_path_factory.mktemp("chroma-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "chroma"
    command = [
        str(program),
        "run",
        "--path",
        str(folder),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (folder / "log").open("wb") as log:  # a pipe that nobody reads would stop it
        server = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_for(url: str) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            httpx.get(f"{url}/api/v2/heartbeat").raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
