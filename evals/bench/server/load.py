"""Load: runs asked for by many clients at once, and what one of them costs."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from statistics import median, quantiles

import httpx

from .processes import Running

_STREAM = {"Accept": "text/event-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a server did under load."""

    clients: int
    runs_per_second: float
    cpu_ms_per_run: float
    first_event_p50_ms: float
    first_event_p95_ms: float


async def load(server: Running, *, clients: int, seconds: float) -> Load:
    """Let clients ask one question after the other, each in a new thread."""
    names = itertools.count()
    firsts: list[float] = []
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as http:
        await _ask(http, f"warm-{clients}")
        cpu, began = server.cpu_seconds, time.perf_counter()

        async def client() -> None:
            while time.perf_counter() - began < seconds:
                firsts.append(await _ask(http, f"b{clients}-{next(names)}"))

        await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - began
    return Load(
        clients=clients,
        runs_per_second=len(firsts) / took,
        cpu_ms_per_run=(server.cpu_seconds - cpu) * 1000 / len(firsts),
        first_event_p50_ms=median(firsts) * 1000,
        first_event_p95_ms=quantiles(firsts, n=20)[-1] * 1000,
    )


async def _ask(http: httpx.AsyncClient, thread: str) -> float:
    """Ask a question, read all that comes, and return when the first event came."""
    began, first = time.perf_counter(), 0.0
    path = f"/v1/threads/{thread}/runs"
    async with http.stream("POST", path, json={"text": "hello"}, headers=_STREAM) as response:
        async for line in response.aiter_lines():
            if not first and line.startswith("data:"):
                first = time.perf_counter() - began
    return first
