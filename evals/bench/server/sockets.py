"""Sockets: many open at once, with one run each."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

from websockets.asyncio.client import connect

from .processes import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What many sockets did."""

    sockets: int
    seconds: float
    complete: int
    """How many heard every event of their run, once and in order."""
    megabytes: float
    """Memory of the server with all of them open."""


async def crowd(server: Running, *, sockets: int) -> Crowd:
    """Open sockets, then ask on each, and count those that heard all."""
    gate, held = asyncio.Event(), asyncio.Semaphore(100)
    opened = 0
    everyone = asyncio.Event()

    async def one(number: int) -> bool:
        nonlocal opened
        url = f"{server.url.replace('http', 'ws', 1)}/v1/threads/c-{number}/ws"
        async with held:
            socket = await connect(url, compression=None, open_timeout=60, ping_interval=None)
        async with socket:
            opened += 1
            if opened == sockets:
                everyone.set()
            await gate.wait()
            await socket.send('{"type": "message", "text": "hello"}')
            seqs: list[int] = []
            async for raw in socket:
                frame = json.loads(raw)
                if "seq" in frame:
                    seqs.append(frame["seq"])
                if frame["type"] == "run.completed":
                    break
            return seqs == list(range(1, len(seqs) + 1))

    tasks = [asyncio.create_task(one(number)) for number in range(sockets)]
    await everyone.wait()
    megabytes, began = server.megabytes, time.perf_counter()
    gate.set()
    heard = await asyncio.gather(*tasks)
    return Crowd(
        sockets=sockets,
        seconds=time.perf_counter() - began,
        complete=sum(heard),
        megabytes=megabytes,
    )
