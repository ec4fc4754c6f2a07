"""Measure the server: `python -m surefoot.evals.bench.server [--seconds 4] [--sockets 1000]`.

With `--langgraph-dev PYTHON`, an interpreter that has `langgraph-cli[inmem]`, also beside
`langgraph dev`, both asked as LangGraph's clients ask.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from .cuts import cut_everywhere, kill_everywhere
from .load import Ask, as_langgraph, ask_natively, load
from .processes import Running, listening, running
from .rival import GRAPH, langgraph_dev
from .sockets import crowd

_PACKAGE = "surefoot.evals.bench.server"
_CLIENTS = (1, 32)


async def measure(seconds: float, sockets: int) -> None:
    """Measure the server and the floor, one after the other, and print both."""
    with tempfile.TemporaryDirectory() as folder:
        with running(f"{_PACKAGE}.floor") as floor:
            least = await _cost("floor", floor, seconds)
        with running(f"{_PACKAGE}.program", str(Path(folder, "data"))) as program:
            cost = await _cost("program", program, seconds)
            for cuts in await cut_everywhere(program):
                print(f"program: {cuts}")
            many = await crowd(program, sockets=sockets)
            print(
                f"program: {many.sockets} sockets, {many.complete} complete in "
                f"{many.seconds:.1f} s, {many.megabytes:.0f} MB with all open"
            )
        for cuts in await kill_everywhere(f"{_PACKAGE}.program", Path(folder, "killed")):
            print(f"program, killed and started again: {cuts}")
        _as_shipped(Path(folder, "shipped"))
    for clients in _CLIENTS:
        ratio = cost[clients] / least[clients]
        print(f"CPU a run against the floor, {clients} clients: {ratio:.2f} x")


async def compare(seconds: float, python: Path) -> None:
    """Measure ours and `langgraph dev` one after the other, in the words of LangGraph's clients."""
    with tempfile.TemporaryDirectory() as folder:
        with running(f"{_PACKAGE}.program", str(Path(folder, "data"))) as ours:
            cost = await _cost("ours", ours, seconds, as_langgraph("surefoot"))
        with langgraph_dev(python, Path(folder, "rival")) as theirs:
            other = await _cost("langgraph dev", theirs, seconds, as_langgraph(GRAPH))
    for clients in _CLIENTS:
        ratio = cost[clients] / other[clients]
        print(f"CPU a run against langgraph dev, {clients} clients: {ratio:.2f} x")


async def _cost(
    name: str, server: Running, seconds: float, ask: Ask = ask_natively
) -> dict[int, float]:
    """Print what a server does under load; return the CPU of a run by clients."""
    _tell_start(name, server)
    costs: dict[int, float] = {}
    for clients in _CLIENTS:
        done = await load(server, clients=clients, seconds=seconds, ask=ask)
        costs[clients] = done.cpu_ms_per_run
        print(f"{name}: {done}; load average {os.getloadavg()[0]:.1f}")
    return costs


def _as_shipped(folder: Path) -> None:
    """Print how soon the command starts with everything that it brings."""
    command = [str(Path(sys.executable).with_name("surefoot")), "serve"]
    with listening(command, environment={"SUREFOOT_DATA_DIR": str(folder)}) as server:
        _tell_start("surefoot serve", server)


def _tell_start(name: str, server: Running) -> None:
    print(f"{name}: ready after {server.cold_start:.2f} s, idle {server.megabytes:.0f} MB")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--langgraph-dev", type=Path, metavar="PYTHON")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    asyncio.run(measure(options.seconds, options.sockets))
    if options.langgraph_dev is not None:
        asyncio.run(compare(options.seconds, options.langgraph_dev))


if __name__ == "__main__":
    main()
