"""Measure acknowledgements: `python -m surefoot.evals.bench.slack [--answers 50] [--events 400]`.

Events are sent to the bot over HTTP, signed as Slack signs them, while it streams answers to a
stand-in for Slack's Web API. Slack gives an acknowledgement three seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import tempfile
import time
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx

from ..server.processes import running
from .program import PAUSE_SECONDS, SECRET, SENTENCES

_PACKAGE = "surefoot.evals.bench.slack"
_NUMBERS = count(1)


async def acknowledged(client: httpx.AsyncClient) -> float:
    """Send one message and return how many milliseconds its acknowledgement took."""
    number = next(_NUMBERS)
    event = {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": f"U{number}",
        "text": "Tell me something.",
        "ts": f"1600000000.{number:06d}",
    }
    envelope = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}"}
    body = json.dumps({**envelope, "event": event}).encode()
    stamp = str(int(time.time()))
    signed = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed.hexdigest()}",
    }
    began = time.perf_counter()
    response = await client.post("/slack/events", content=body, headers=headers)
    took = (time.perf_counter() - began) * 1000
    response.raise_for_status()
    return took


async def asked_nothing(client: httpx.AsyncClient) -> float:
    """Return how many milliseconds a request takes for which the server does nothing."""
    began = time.perf_counter()
    await client.get("/healthz")
    return (time.perf_counter() - began) * 1000


async def measure(answers: int, events: int) -> float:
    """Let answers stream, send events meanwhile, print what it took and return the p99."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder, running(f"{_PACKAGE}.stand_in") as slack:
        api = f"{slack.url}/api/"
        arguments = (str(Path(folder, "data")), api, str(answers))
        with running(f"{_PACKAGE}.program", *arguments) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
                alone = [await acknowledged(client) for _ in range(answers)]
                pause = SENTENCES * PAUSE_SECONDS * 0.8 / events
                under_way, used, began = [], server.cpu_seconds, time.perf_counter()
                nothing: list[float] = []
                for _ in range(events):
                    under_way.append(await acknowledged(client))
                    nothing.append(await asked_nothing(client))
                    await asyncio.sleep(pause)
                share = (server.cpu_seconds - used) / (time.perf_counter() - began)
                calls = (await client.get(f"{slack.url}/calls")).json()
    report("acknowledged while answers begin", alone)
    print(
        f"streamed meanwhile: {calls['chat.startStream']} answers in"
        f" {calls['chat.appendStream']} pieces, with {share:.0%} of a processor"
    )
    report("as a measure of the machine, /healthz answered meanwhile", nothing)
    return report(f"acknowledged while {answers} answers stream", under_way)


def report(when: str, took: list[float]) -> float:
    """Print the quantiles of some times in milliseconds; return the 99th percentile."""
    cuts = quantiles(took, n=100)
    print(
        f"{when}: {len(took)} times,"
        f" p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, most {max(took):.1f} ms"
    )
    return cuts[98]


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=50)
    parser.add_argument("--events", type=int, default=400)
    options = parser.parse_args()
    asyncio.run(measure(options.answers, options.events))


if __name__ == "__main__":
    main()
