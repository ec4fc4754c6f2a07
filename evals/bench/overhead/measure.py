"""Measuring: adapters take turns in one process, so that a busy machine slows all of them alike."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .adapter import Run
from .workload import Scenario

SECONDS_PER_CELL = 0.1
"""How long one adapter runs in one round."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run costs, in milliseconds."""

    cpu_ms: float
    """Of every thread of the process."""
    wall_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One adapter in one scenario: medians over the rounds."""

    adapter: str
    cost: Cost
    ratio: float
    """CPU against the floor's in the same round."""


async def time_runs(run: Run, times: int) -> Cost:
    """Run one after the other and return what each cost."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        await run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(cpu * 1e3 / times, wall * 1e3 / times)


async def in_turns(runs: Mapping[str, Run], *, floor: str, rounds: int) -> list[Row]:
    """Measure every run in every round, starting each round with another one."""
    times = {name: await _times(run) for name, run in runs.items()}
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for turn in range(rounds):
        for name in _rotated(list(runs), turn):
            costs[name].append(await time_runs(runs[name], times[name]))
    return [_row(name, costs[name], costs[floor]) for name in runs]


async def _times(run: Run) -> int:
    for _ in range(3):
        await run()
    once = await time_runs(run, 3)
    return max(3, min(100, int(SECONDS_PER_CELL * 1e3 / max(once.wall_ms, 1e-3))))


def _rotated(names: Sequence[str], turn: int) -> list[str]:
    start = turn % len(names)
    return [*names[start:], *names[:start]]


def _row(name: str, costs: Sequence[Cost], floor: Sequence[Cost]) -> Row:
    return Row(
        adapter=name,
        cost=Cost(median(c.cpu_ms for c in costs), median(c.wall_ms for c in costs)),
        ratio=median(c.cpu_ms / f.cpu_ms for c, f in zip(costs, floor, strict=True)),
    )


async def throughput(runs: Mapping[str, Run], *, at_once: int, rounds: int) -> dict[str, float]:
    """Return the median of runs per second when `at_once` are started together."""
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds):
        for name in _rotated(list(runs), turn):
            rates[name].append(await _rate(runs[name], at_once))
    return {name: median(found) for name, found in rates.items()}


async def _rate(run: Run, at_once: int) -> float:
    gc.collect()
    start = time.perf_counter()
    said = await asyncio.gather(*[run() for _ in range(at_once)])
    seconds = time.perf_counter() - start
    if len(set(said)) != 1:
        raise AssertionError(f"Runs side by side gave different answers: {sorted(set(said))[:2]}")
    return at_once / seconds


def peak_memory_mb() -> float | None:
    """Return the most memory this process has held, where the system tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def title(scenario: Scenario) -> str:
    """Return what a scenario is, in words."""
    match scenario.calls, scenario.width:
        case 0, _:
            return "no tool call"
        case 1, _:
            return "1 tool call"
        case calls, 1:
            return f"{calls} tool calls, one after the other"
        case calls, _:
            return f"{calls} tool calls, side by side"
