"""Reliability: how often claims hold that are said to hold with some likelihood, drawn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .learning import Bools, Floats, calibration_error

SCORES = Path(__file__).parent / "scores.csv"
PLOT = Path(__file__).parents[3] / "docs" / "confidence.svg"
_SIZE, _PAD, _BINS = 360, 44, 8


def scores() -> tuple[Floats, Bools]:
    """Return the kept likelihoods of claims that the weights had not seen, and which hold."""
    with SCORES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    likelihood = np.array([float(row["likelihood"]) for row in rows])
    return likelihood, np.array([row["holds"] == "1" for row in rows])


def draw() -> str:
    """Return the plot as SVG: a dot for each eighth of the claims, and where it should lie."""
    likelihood, holds = scores()
    dots = "".join(
        f'<circle cx="{_at(said)}" cy="{_up(held)}" r="4"><title>{said:.2f} said, {held:.2f} held, '
        f"{count} claims</title></circle>"
        for said, held, count in _bins(likelihood, holds)
    )
    ticks = "".join(
        f'<text x="{_at(one)}" y="{_SIZE - _PAD + 16}" text-anchor="middle">{one:g}</text>'
        f'<text x="{_PAD - 6}" y="{_up(one) + 4}" text-anchor="end">{one:g}</text>'
        for one in (0.0, 0.5, 1.0)
    )
    error = calibration_error(likelihood, holds)
    brier = float(((likelihood - holds) ** 2).mean())
    middle = _SIZE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="Reliability">'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>'
        f'<path d="M{_at(0)} {_up(1)}V{_up(0)}H{_at(1)}" fill="none" stroke="black"/>'
        f'<path d="M{_at(0)} {_up(0)}L{_at(1)} {_up(1)}" stroke="gray" stroke-dasharray="4"/>'
        f'<g fill="#0b6e99">{dots}</g>{ticks}'
        f'<text x="{middle}" y="{_SIZE - 8}" text-anchor="middle">likelihood that was said</text>'
        f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">'
        f"share that holds</text>"
        f'<text x="{middle}" y="20" text-anchor="middle">{len(holds)} claims: ECE {error:.3f}, '
        f"Brier {brier:.3f}</text></svg>\n"
    )


def _bins(likelihood: Floats, holds: Bools) -> list[tuple[float, float, int]]:
    parts = np.array_split(np.argsort(likelihood), _BINS)
    return [
        (float(likelihood[part].mean()), float(holds[part].mean()), len(part)) for part in parts
    ]


def _at(value: float) -> float:
    return round(_PAD + value * (_SIZE - 2 * _PAD), 1)


def _up(value: float) -> float:
    return round(_SIZE - _PAD - value * (_SIZE - 2 * _PAD), 1)
