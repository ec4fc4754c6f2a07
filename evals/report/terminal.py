"""The terminal's view: the same numbers as the page, with an interval as a bar."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ..results.summary import Line
from ..statistics import Comparison, Interval, Verdict

WIDTH = 24
COLOURS: dict[Verdict, str] = {
    "better": "green",
    "worse": "red",
    "not worse": "cyan",
    "inconclusive": "yellow",
}


def summary_table(lines: Sequence[Line]) -> Table:
    """Return a table with a row per grader, or per group and grader."""
    grouped = any(line.group for line in lines)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in (*(("group",) if grouped else ()), "grader"):
        table.add_column(name, overflow="fold")
    table.add_column("mean", justify="right")
    table.add_column("95 % interval", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("items", justify="right")
    table.add_column("without a score", overflow="fold")
    for line in lines:
        row = [line.group] if grouped else []
        table.add_row(
            *row,
            line.grader,
            share(line.mean.value),
            f"{share(line.mean.low)} to {share(line.mean.high)}",
            Text(bar(line.mean, 0.0, 1.0), style="cyan"),
            str(line.items),
            without_score(line),
        )
    return table


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """Return a table with a row per grader, the verdict last."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("grader", overflow="fold")
    for name in ("A", "B", "B - A", "95 % interval", "p (Holm)"):
        table.add_column(name, justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for one in comparisons:
        table.add_row(
            one.grader,
            share(one.before),
            share(one.after),
            signed(one.difference.value),
            f"{signed(one.difference.low)} to {signed(one.difference.high)}",
            f"{one.corrected_p:.4f}",
            Text(bar(one.difference, -1.0, 1.0), style="cyan"),
            Text(verdict_words(one), style=COLOURS[one.verdict]),
        )
    return table


def verdict_words(one: Comparison) -> str:
    """Return a verdict with what it rests on."""
    told = f"{one.verdict} ({one.items} items"
    if one.clusters != one.items:
        told += f" in {one.clusters} clusters"
    told += f"; {len(one.won)} won, {len(one.lost)} lost)"
    if one.verdict == "inconclusive" and one.needed is not None:
        told += f"; about {one.needed} items would tell"
    return told


def without_score(line: Line) -> str:
    """Return how many traces had no score, and why."""
    rest = {name: count for name, count in line.outcomes.items() if name != "scored"}
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(rest.items()))


def bar(interval: Interval, low: float, high: float) -> str:
    """Return an interval drawn with characters."""
    if math.isnan(interval.value):
        return ""
    ends = (interval.low, interval.value, interval.high)
    clear = [interval.value if math.isnan(end) else end for end in ends]
    first, middle, last = (_place(end, low, high) for end in clear)
    cells = [" "] * WIDTH
    zero = _place(0.0, low, high)
    cells[zero] = "│" if low < 0 else " "
    for place in range(first, last + 1):
        cells[place] = "─"
    cells[middle] = "●"
    return "".join(cells)


def _place(value: float, low: float, high: float) -> int:
    share_of = (value - low) / (high - low)
    return min(WIDTH - 1, max(0, round(share_of * (WIDTH - 1))))


def share(value: float) -> str:
    """Return a score."""
    return "-" if math.isnan(value) else f"{value:.4f}"


def signed(value: float) -> str:
    """Return a difference."""
    return "-" if math.isnan(value) else f"{value:+.4f}"
