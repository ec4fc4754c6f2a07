"""Processes: servers of their own, how soon they answer, and what they use of the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

_PATIENCE = 60.0
_TICK = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server process."""

    url: str
    process: psutil.Process
    cold_start: float = 0.0
    """Seconds from the start of the process to its first answer that it is ready."""

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it and its children have used."""
        times = [process.cpu_times() for process in self._family]
        return float(sum(each.user + each.system for each in times))

    @property
    def megabytes(self) -> float:
        """Memory that it and its children hold."""
        return float(sum(process.memory_info().rss for process in self._family)) / 2**20

    @property
    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Running]:
    """Run a server's module, which prints its address, until the block ends."""
    began = time.perf_counter()
    command = [sys.executable, "-m", module, *arguments]
    with _ended(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{module} did not start")
        yield _ready(module, process, f"{url}/readyz", began)


@contextmanager
def listening(
    command: Sequence[str],
    *,
    ready: str = "/readyz",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Run a server that takes `--port` until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    with _ended(
        subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
    ) as process:
        yield _ready(command[0], process, f"http://127.0.0.1:{port}{ready}", began)


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process behind the block."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _ready(name: str, process: subprocess.Popen[str], url: str, began: float) -> Running:
    """Ask until it is ready."""
    with httpx.Client(timeout=1) as http:
        while process.poll() is None and time.perf_counter() - began < _PATIENCE:
            with suppress(httpx.TransportError):
                if http.get(url).status_code == 200:
                    return Running(
                        url=str(httpx.URL(url).join("/")).rstrip("/"),
                        process=psutil.Process(process.pid),
                        cold_start=time.perf_counter() - began,
                    )
            time.sleep(_TICK)
    raise RuntimeError(f"{name} did not become ready")
