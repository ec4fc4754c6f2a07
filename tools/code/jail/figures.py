"""Figures: what a program drew with matplotlib, as PNG."""

from __future__ import annotations

import base64
import importlib
import io
import sys


def take_figures(*, most: int, limit: int) -> tuple[list[str], bool]:
    """Return the open figures as base64 PNG and close them, and whether any was left out."""
    if "matplotlib.pyplot" not in sys.modules:
        return [], False
    pyplot = importlib.import_module("matplotlib.pyplot")
    numbers: list[int] = pyplot.get_fignums()
    taken: list[str] = []
    for number in numbers[:most]:
        buffer = io.BytesIO()
        pyplot.figure(number).savefig(buffer, format="png")
        if buffer.tell() <= limit:
            taken.append(base64.b64encode(buffer.getvalue()).decode("ascii"))
    pyplot.close("all")
    return taken, len(taken) < len(numbers)
