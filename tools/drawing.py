"""Drawing: charts as SVG, in colours that the colour-blind can tell apart, with words for readers.

The colours are those of Okabe and Ito; lines also differ in their dashes, so that colour is never
all that tells two series apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chart import ChartSpec

COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C6D00", "#000000",
)  # fmt: skip
DASHES = ("", "6 3", "2 3", "8 3 2 3", "12 4", "4 4", "1 4", "10 2")
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 56, 96
_MOST_LABELS = 16
_LONGEST_LABEL = 18


def draw(spec: ChartSpec) -> str:
    """Return the chart as a whole SVG document."""
    values = [v for series in spec.series for v in series.values if v is not None]
    ticks = nice_ticks(min(values, default=0), max(values, default=1), zero=spec.kind == "bar")
    plane = _Plane(ticks, len(spec.labels))
    parts = [*_frame(spec, plane), *_marks(spec, plane), *_legend(spec)]
    summary = escape(f"{spec.kind} chart of {len(spec.labels)} labels")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="t d" font-family="sans-serif" font-size="12">'
        f'<title id="t">{escape(spec.title)}</title><desc id="d">{summary}</desc>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def nice_ticks(low: float, high: float, *, zero: bool, about: int = 5) -> list[float]:
    """Return round numbers, evenly apart, from at most `low` to at least `high`."""
    if zero:
        low, high = min(low, 0), max(high, 0)
    if low == high:
        low, high = low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first = math.floor(low / step)
    last = math.ceil(high / step)
    return [n * step for n in range(first, last + 1)]


class _Plane:
    """Where values and labels come to lie."""

    def __init__(self, ticks: Sequence[float], count: int) -> None:
        self.ticks = ticks
        self.slot = (_WIDTH - _LEFT - _RIGHT) / count

    def x(self, position: float) -> float:
        """Return the middle of a label's place."""
        return _LEFT + (position + 0.5) * self.slot

    def y(self, value: float) -> float:
        """Return the height of a value."""
        low, high = self.ticks[0], self.ticks[-1]
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def _frame(spec: ChartSpec, plane: _Plane) -> Iterator[str]:
    yield _text(_WIDTH / 2, 24, spec.title, size=16)
    for tick in plane.ticks:
        y = plane.y(tick)
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{"#333" if tick == 0 else "#ddd"}"/>'
        )
        yield _text(_LEFT - 8, y + 4, f"{tick:,.10g}", anchor="end")
    every = math.ceil(len(spec.labels) / _MOST_LABELS)
    for position in range(0, len(spec.labels), every):
        label = str(spec.labels[position])
        short = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}\u2026"
        x, y = plane.x(position), _HEIGHT - _BOTTOM + 16
        turn = f' transform="rotate(-30 {x:.1f} {y})"' if len(spec.labels) > 6 else ""
        yield _text(x, y, short, anchor="end" if turn else "middle", more=turn)
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 34, spec.x_title)
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield _text(16, middle, spec.y_title, more=f' transform="rotate(-90 16 {middle:.0f})"')


def _marks(spec: ChartSpec, plane: _Plane) -> Iterator[str]:
    for index, series in enumerate(spec.series):
        placed = [(n, v) for n, v in enumerate(series.values) if v is not None]
        if spec.kind == "bar":
            yield from _bars(placed, plane, index, len(spec.series))
            continue
        points = [(plane.x(n), plane.y(v)) for n, v in placed]
        if spec.kind == "line":
            for run in _runs(placed):
                path = " ".join(f"{plane.x(n):.1f},{plane.y(v):.1f}" for n, v in run)
                yield (
                    f'<polyline points="{path}" fill="none" stroke="{COLOURS[index]}" '
                    f'stroke-width="2" stroke-dasharray="{DASHES[index]}"/>'
                )
        if spec.kind == "point" or len(points) <= 60:
            for x, y in points:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[index]}"/>'


def _bars(
    placed: Iterable[tuple[int, float]], plane: _Plane, index: int, count: int
) -> Iterator[str]:
    width = plane.slot * 0.8 / count
    ground = plane.y(0)
    for position, value in placed:
        x = plane.x(position) - plane.slot * 0.4 + index * width
        y = plane.y(value)
        yield (
            f'<rect x="{x:.1f}" y="{min(y, ground):.1f}" width="{width:.1f}" '
            f'height="{abs(y - ground):.1f}" fill="{COLOURS[index]}"/>'
        )


def _runs(placed: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    """Yield the stretches without a gap."""
    run: list[tuple[int, float]] = []
    for point in placed:
        if run and point[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _legend(spec: ChartSpec) -> Iterator[str]:
    if not any(series.name for series in spec.series):
        return
    place = (_WIDTH - _LEFT - _RIGHT) / max(len(spec.series), 3)
    for index, series in enumerate(spec.series):
        x = _LEFT + index * place
        yield (
            f'<line x1="{x:.1f}" x2="{x + 20:.1f}" y1="{_HEIGHT - 12}" y2="{_HEIGHT - 12}" '
            f'stroke="{COLOURS[index]}" stroke-width="4" stroke-dasharray="{DASHES[index]}"/>'
        )
        yield _text(x + 26, _HEIGHT - 8, series.name[:40], anchor="start")


def _text(
    x: float, y: float, text: str, *, anchor: str = "middle", size: int = 12, more: str = ""
) -> str:
    if not text:
        return ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="#222"{more}>{escape(text)}</text>'
    )
