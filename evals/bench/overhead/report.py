"""The report: tables of text, as they are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .measure import Row


def costs_table(title: str, rows: Sequence[Row]) -> str:
    """Return one scenario's costs, cheapest first."""
    lines = [
        f"{row.adapter:<46} {row.cost.cpu_ms:>9.2f} {row.cost.wall_ms:>9.2f} {row.ratio:>8.2f}"
        for row in sorted(rows, key=lambda row: row.cost.cpu_ms)
    ]
    head = f"{title:<46} {'CPU ms':>9} {'wall ms':>9} {'x floor':>8}"
    return "\n".join([head, *lines])


def rates_table(title: str, rates: Mapping[str, float]) -> str:
    """Return runs per second, fastest first."""
    ranked = sorted(rates.items(), key=lambda item: -item[1])
    return "\n".join([f"{title:<46} {'runs/s':>9}", *(f"{n:<46} {r:>9.0f}" for n, r in ranked)])


def memory_table(title: str, peaks: Mapping[str, tuple[float, float]]) -> str:
    """Return the peak memory of each adapter's own process, before and after the runs."""
    ranked = sorted(peaks.items(), key=lambda item: item[1][1])
    lines = [f"{name:<46} {ready:>9.0f} {peak:>9.0f}" for name, (ready, peak) in ranked]
    return "\n".join([f"{title:<46} {'ready MB':>9} {'peak MB':>9}", *lines])
