"""Processes: servers of their own, and what they use of the machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server process."""

    url: str
    process: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        """Processor time it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def megabytes(self) -> float:
        """Memory it holds."""
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Running]:
    """Run a server's module until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{module} did not start")
        yield Running(url=url, process=psutil.Process(process.pid))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
