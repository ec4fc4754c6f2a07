"""Dates and times in text, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NAMED = (
    "January February March April May June July August September October November December".split()
)
MONTHS: Mapping[str, int] = {name: n for n, name in enumerate(_NAMED, 1)}
"""The months by name."""
_NUMBERED = {name[:3]: n for name, n in MONTHS.items()}
_NAME = rf"(?:{'|'.join(_NAMED)}|(?:{'|'.join(_NUMBERED)})\.?|Sept\.?)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"

DIGIT_DATE = (
    r"(?<!\d)(?P<iso>\d{4}-\d{2}-\d{2})(?:[T ](?P<isotime>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)"
    r"(?:Z|[+-]\d{2}:?\d{2}\b)?)?(?!\d)"
    r"|(?<![\d-])(?P<isomonth>(?:1[5-9]|20)\d{2}-(?:0[1-9]|1[0-2]))(?![\d-])"
    r"|(?<![\d/.])(?P<slashed>\d{1,2}[/.]\d{1,2}[/.](?:1[5-9]|20)\d{2})(?![\d/])"
    rf"|\b(?P<dayfirst>{_DAY}\s(?:of\s)?{_NAME}(?:,?\s\d{{4}})?)(?!\d)"
    r"|(?<![\w.:])(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\b)?)(?![\d:])"
)
WORD_DATE = rf"(?P<monthfirst>{_NAME}\s(?:\d{{4}}|{_DAY}(?:,?\s\d{{4}})?))(?!\d)"
"""A date or a time of day, as pieces of a larger pattern: begun by a digit, and by a word."""

_DATE = re.compile(rf"{DIGIT_DATE}|{WORD_DATE}")
_WRITTEN = re.compile(rf"(?P<day>\d{{1,2}}(?!\d))|(?P<year>\d{{4}})|(?P<month>{_NAME})")


@dataclass(frozen=True, slots=True)
class Day:
    """A date, as far as a text gives it."""

    year: int | None
    month: int
    day: int | None

    def within(self, other: Day) -> bool:
        """Return whether `other` says all that this says, and perhaps more."""
        return (
            self.month == other.month
            and self.year in (None, other.year)
            and self.day in (None, other.day)
        )


def days_of(match: re.Match[str]) -> tuple[Day, ...]:
    """Return what the date that the patterns have found may be; none when it is a time of day.

    `7/5/2018` is in May or in July.
    """
    if slashed := match["slashed"]:
        one, other, year = map(int, re.split(r"[/.]", slashed))
        either = ((one, other), (other, one)) if one != other else ((one, other),)
        return tuple(
            Day(year, month, day) for day, month in either if 1 <= month <= 12 and 1 <= day <= 31
        )
    return (day,) if (day := _day_of(match)) is not None else ()


def dated(text: str) -> Iterator[tuple[Day, int, int]]:
    """Yield the dates of a text with where each begins and ends."""
    for match in _DATE.finditer(text):
        for day in days_of(match):
            yield day, match.start(), match.end()


def _day_of(match: re.Match[str]) -> Day | None:
    if iso := match["iso"] or match["isomonth"]:
        year, month, *day = map(int, iso.split("-"))
        return Day(year, month, day[0] if day else None)
    if (written := match["dayfirst"] or match["monthfirst"]) is None:
        return None
    found: dict[str, str] = {}
    for part in _WRITTEN.finditer(written):
        if part.lastgroup is not None:
            found[part.lastgroup] = part[0]
    return Day(
        int(found["year"]) if "year" in found else None,
        _NUMBERED[found["month"][:3]],
        int(found["day"]) if "day" in found else None,
    )


def times_of(match: re.Match[str]) -> tuple[str, ...]:
    """Return the time of day that the patterns have found, then what may stand for it."""
    if (time := match["isotime"] or match["time"]) is None:
        return ()
    clock = time.lower().replace(".m", "m")
    half = clock[-2:] if clock.endswith("m") else ""
    hour, minute, *second = clock.removesuffix(half).strip().split(":")
    hours = [int(hour) % 12 + (12 if half == "pm" else 0)] if half else []
    exact = [f"{one}:{minute}:{second[0][:2]}" for one in (*hours, int(hour)) if second]
    return (*exact, *(f"{one}:{minute}" for one in (*hours, int(hour))))
