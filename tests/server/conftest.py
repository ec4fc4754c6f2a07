"""What tests of the server share: live server processes and clients for them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ..nursery import Program, begin

PROGRAM = Path(__file__).with_name("program.py")
PATIENCE = 60.0
"""Seconds that tests wait for what must come; only what hangs takes so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A server process."""

    url: str
    process: Program

    @property
    def ws(self) -> str:
        """Where its WebSockets are."""
        return self.url.replace("http://", "ws://")

    def client(self) -> httpx.Client:
        """Return a client of its own."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(
    data_dir: Path, *, program: Path = PROGRAM, log: Path | None = None, **settings: object
) -> Iterator[Live]:
    """Run a server of its own until the block ends; what it logs goes to `log`."""
    arguments = [f"{name}={value}" for name, value in settings.items()]
    with (
        Path(os.devnull if log is None else log).open("w") as errors,
        begin(program, data_dir, *arguments, errors=errors) as process,
    ):
        url = process.stdout.readline().strip()
        assert url, "the server did not start"
        yield Live(url=url, process=process)
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all tests that do not stop it."""
    with running(tmp_path_factory.mktemp("server"), drain_seconds=0.2) as live:
        yield live


@pytest.fixture
async def http(server: Live) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that server."""
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        yield client
