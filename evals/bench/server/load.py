"""Load: runs asked for by many clients at once, and what one of them costs."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from statistics import median

import httpx

from .processes import Running

Ask = Callable[[httpx.AsyncClient, str], Awaitable[float]]
"""Asks a question in a thread, reads all that comes, and returns when the first event came."""

_STREAM = {"Accept": "text/event-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a server did under load."""

    clients: int
    runs_per_second: float
    cpu_ms_per_run: float
    first_event_p50_ms: float
    first_event_p95_ms: float

    def __str__(self) -> str:
        return (
            f"{self.clients} clients, {self.runs_per_second:.1f} runs/s, "
            f"{self.cpu_ms_per_run:.2f} ms of server CPU a run, first event "
            f"p50 {self.first_event_p50_ms:.1f} ms p95 {self.first_event_p95_ms:.1f} ms"
        )


async def ask_natively(http: httpx.AsyncClient, thread: str) -> float:
    """Ask as our own clients do."""
    path, body = f"/v1/threads/{thread}/runs", {"text": "hello"}
    return await _first(http.stream("POST", path, json=body, headers=_STREAM))


def as_langgraph(assistant: str) -> Ask:
    """Return how LangGraph's clients ask an assistant: they make a thread, then stream a run."""

    async def ask(http: httpx.AsyncClient, thread: str) -> float:
        made = (await http.post("/threads", json={})).json()
        question = {"messages": [{"role": "user", "content": "hello"}]}
        body = {"assistant_id": assistant, "input": question, "stream_mode": ["values"]}
        path = f"/threads/{made['thread_id']}/runs/stream"
        return await _first(http.stream("POST", path, json=body))

    return ask


async def load(server: Running, *, clients: int, seconds: float, ask: Ask = ask_natively) -> Load:
    """Let clients ask one question after the other, at least one, each in a new thread."""
    names = itertools.count()
    firsts: list[float] = []
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as http:
        await ask(http, f"warm-{clients}")
        cpu, began = server.cpu_seconds, time.perf_counter()

        async def client() -> None:
            firsts.append(await ask(http, f"b{clients}-{next(names)}"))
            while time.perf_counter() - began < seconds:
                firsts.append(await ask(http, f"b{clients}-{next(names)}"))

        await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - began
    firsts.sort()
    return Load(
        clients=clients,
        runs_per_second=len(firsts) / took,
        cpu_ms_per_run=(server.cpu_seconds - cpu) * 1000 / len(firsts),
        first_event_p50_ms=median(firsts) * 1000,
        first_event_p95_ms=firsts[len(firsts) * 19 // 20] * 1000,
    )


async def _first(asking: AbstractAsyncContextManager[httpx.Response]) -> float:
    """Read a stream to its end; return after how many seconds its first event came."""
    began, first = time.perf_counter(), 0.0
    async with asking as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if not first and line.startswith("data:"):
                first = time.perf_counter() - began
    return first
