"""Drawings: intervals as small pictures inside a table."""

from __future__ import annotations

import math

from ..statistics import Interval

WIDTH, HEIGHT, PAD = 240, 22, 8


def dot_and_interval(interval: Interval, low: float, high: float, *, style: str = "") -> str:
    """Return an interval as SVG, with a line at zero when zero is inside."""
    if math.isnan(interval.value):
        return ""
    middle = HEIGHT / 2

    def at(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(PAD + share * (WIDTH - 2 * PAD), 1)

    parts = [f"<line class='axis' x1='{PAD}' x2='{WIDTH - PAD}' y1='{middle}' y2='{middle}'/>"]
    if low < 0 < high:
        zero = at(0.0)
        parts.append(f"<line class='zero' x1='{zero}' x2='{zero}' y1='2' y2='{HEIGHT - 2}'/>")
    if not math.isnan(interval.low):
        first, last = at(interval.low), at(interval.high)
        parts.append(
            f"<line class='reach {style}' x1='{first}' x2='{last}' y1='{middle}' y2='{middle}'/>"
        )
    parts.append(f"<circle class='dot {style}' cx='{at(interval.value)}' cy='{middle}' r='4.5'/>")
    told = f"{interval.value:.3f}, from {interval.low:.3f} to {interval.high:.3f}"
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img' "
        f"aria-label='{told}'>{''.join(parts)}</svg>"
    )
