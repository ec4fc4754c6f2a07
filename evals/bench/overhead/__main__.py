"""Measure every adapter that is installed and print the tables."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack

from .adapter import ADAPTERS, FLOOR, Adapter, Build, NotInstalled, load, prove_equal_work
from .measure import in_turns, peak_memory_mb, throughput, title
from .report import costs_table, memory_table, rates_table
from .workload import SCENARIOS, Scenario, Workload

CONCURRENT = tuple(scenario for scenario in SCENARIOS if scenario.name in ("one", "par8"))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="how often each takes its turn")
    parser.add_argument("--at-once", type=int, default=200, help="runs started together")
    parser.add_argument("--only", default="", help="only adapters whose name contains this")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    # A tracer that a person has switched on would be measured with the framework.
    os.environ["LANGSMITH_TRACING"] = "false"
    if options.memory_of:
        asyncio.run(_report_memory(options.memory_of, options.at_once))
    else:
        asyncio.run(_measure(options.rounds, options.at_once, options.only))


async def _measure(rounds: int, at_once: int, only: str) -> None:
    builds = await _installed(lambda a: a is FLOOR or only.lower() in a.name.lower())
    for scenario in SCENARIOS:
        async with AsyncExitStack() as opened:
            runs = {name: await build(Workload(scenario, opened)) for name, build in builds.items()}
            rows = await in_turns(runs, floor=FLOOR.name, rounds=rounds)
        _show(costs_table(title(scenario), rows))
    for scenario in CONCURRENT:
        async with AsyncExitStack() as opened:
            runs = {name: await build(Workload(scenario, opened)) for name, build in builds.items()}
            rates = await throughput(runs, at_once=at_once, rounds=max(3, rounds // 3))
        _show(rates_table(f"{at_once} runs at once, {title(scenario)}", rates))
    if peak_memory_mb() is not None:
        peaks = {name: _memory_of(name, at_once) for name in builds}
        _show(memory_table(f"{at_once} runs at once, own process", peaks))


async def _installed(wanted: Callable[[Adapter], bool]) -> dict[str, Build]:
    builds = {}
    for adapter in filter(wanted, ADAPTERS):
        try:
            build = load(adapter)
        except NotInstalled as reason:
            _show(str(reason))
            continue
        await prove_equal_work(adapter, build)
        builds[adapter.name] = build
    return builds


def _memory_of(name: str, at_once: int) -> tuple[float, float]:
    command = [sys.executable, "-m", __package__ or "", "--memory-of", name]
    done = subprocess.run(
        [*command, "--at-once", str(at_once)], check=True, stdout=subprocess.PIPE, text=True
    )
    ready, peak = json.loads(done.stdout)
    return float(ready), float(peak)


async def _report_memory(name: str, at_once: int) -> None:
    """Print this process's peak memory with one adapter built, and after its runs."""
    adapter = next(adapter for adapter in ADAPTERS if adapter.name == name)
    widest: Scenario = CONCURRENT[-1]
    async with AsyncExitStack() as opened:
        run = await load(adapter)(Workload(widest, opened))
        await run()
        ready = peak_memory_mb()
        await throughput({name: run}, at_once=at_once, rounds=1)
    print(json.dumps([ready, peak_memory_mb()]))


def _show(table: str) -> None:
    print(table, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
