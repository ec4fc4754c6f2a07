"""Measure the server: `python -m surefoot.evals.bench.server [--seconds 4] [--sockets 1000]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from .cuts import cut_everywhere, kill_everywhere
from .load import load
from .processes import running
from .sockets import crowd

_PACKAGE = "surefoot.evals.bench.server"


async def measure(seconds: float, sockets: int) -> None:
    """Measure the server and the floor, one after the other, and print both."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    costs: dict[str, dict[int, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in (("floor", []), ("program", [str(Path(folder, "data"))])):
            with running(f"{_PACKAGE}.{name}", *arguments) as server:
                print(f"{name}: idle {server.megabytes:.0f} MB")
                for clients in (1, 32):
                    done = await load(server, clients=clients, seconds=seconds)
                    costs.setdefault(name, {})[clients] = done.cpu_ms_per_run
                    print(
                        f"{name}: {clients} clients, {done.runs_per_second:.1f} runs/s, "
                        f"{done.cpu_ms_per_run:.2f} ms of server CPU a run, first event "
                        f"p50 {done.first_event_p50_ms:.1f} ms p95 {done.first_event_p95_ms:.1f} ms"
                    )
                if name == "program":
                    for cuts in await cut_everywhere(server):
                        print(f"program: {cuts}")
                    many = await crowd(server, sockets=sockets)
                    print(
                        f"program: {many.sockets} sockets, {many.complete} complete in "
                        f"{many.seconds:.1f} s, {many.megabytes:.0f} MB with all open"
                    )
        for cuts in await kill_everywhere(f"{_PACKAGE}.program", Path(folder, "killed")):
            print(f"program, killed and started again: {cuts}")
    for clients in (1, 32):
        ratio = costs["program"][clients] / costs["floor"][clients]
        print(f"CPU a run against the floor, {clients} clients: {ratio:.2f} x")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--sockets", type=int, default=1000)
    options = parser.parse_args()
    asyncio.run(measure(options.seconds, options.sockets))


if __name__ == "__main__":
    main()
