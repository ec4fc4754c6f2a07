"""Widening: passages with what stands around them, as one stretch of the document each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .catalogue import Passage


def widened(
    found: Sequence[tuple[Passage, float]],
    around: Callable[[Passage], tuple[int, int]],
    text_of: Callable[[Passage], str],
) -> list[tuple[Passage, float]]:
    """Return each passage with its surroundings; stretches that overlap become one.

    The span of a stretch is exact, as that of a passage is. It keeps the heading, the page and the
    score of the best passage in it.
    """
    stretches: list[tuple[Passage, float]] = []
    for passage, score in found:
        start, end = around(passage)
        whole = replace(passage, section=replace(passage.section, start=start, end=end))
        apart: list[tuple[Passage, float]] = []
        for other, best in reversed(stretches):  # so that the best gives its name
            if _overlap(other, whole):
                whole, score = _together(other, whole), best
            else:
                apart.append((other, best))
        stretches = sorted([*apart, (whole, score)], key=lambda each: -each[1])
    return [
        (replace(each, text=text_of(each)[each.section.start : each.section.end]), score)
        for each, score in stretches
    ]


def _overlap(first: Passage, second: Passage) -> bool:
    one, other = first.section, second.section
    return first.path == second.path and one.start < other.end and other.start < one.end


def _together(first: Passage, second: Passage) -> Passage:
    one, other = first.section, second.section
    span = replace(one, start=min(one.start, other.start), end=max(one.end, other.end))
    return replace(first, section=span)
