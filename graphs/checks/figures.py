"""Figures: everything in a text that can be checked by looking it up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dates import DIGIT_DATE, WORD_DATE, Day, days_of, times_of
from .numbers import DIGITS, WORDS, Number, number_of

_VERSION = r"(?<![\w.])[vV]?(?P<version>\d+(?:\.\d+){2,}\w*)"
_FIGURE = re.compile(
    rf"(?=[\d.$€£¥−–-]|[vV]\d)(?:{DIGIT_DATE}|{_VERSION}|{DIGITS})"
    rf"|\b(?=[A-Za-z])(?:{WORD_DATE}|{WORDS})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a text, in order."""

    numbers: tuple[Number, ...] = ()
    days: tuple[Day, ...] = ()
    also: tuple[Day, ...] = ()
    """What the dates may be as well, where day and month can change places."""
    times: tuple[tuple[str, ...], ...] = ()
    """Times of day, each with what may stand for it, such as `22:30` and `10:30` for 10:30 pm."""
    versions: tuple[str, ...] = ()
    """Versions, addresses and whatever else has several points, which are found as they stand."""


def figures_in(text: str) -> Figures:
    """Return the figures of `text`: numbers in digits and words, dates, times and versions."""
    numbers: list[Number] = []
    days: list[Day] = []
    also: list[Day] = []
    times: list[tuple[str, ...]] = []
    versions: list[str] = []
    for match in _FIGURE.finditer(text):
        if match["digits"] is not None or match["word"] is not None:
            numbers.append(number_of(match))
        elif match["version"] is not None:
            versions.append(match["version"])
        else:
            if may_be := days_of(match):
                days.append(may_be[0])
                also += may_be[1:]
            if found := times_of(match):
                times.append(found)
    return Figures(
        numbers=tuple(numbers),
        days=tuple(days),
        also=tuple(also),
        times=tuple(times),
        versions=tuple(versions),
    )
