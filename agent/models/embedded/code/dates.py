"""Dates: days between them, the day of the week, leap years."""

from __future__ import annotations

import re

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_WRITTEN = "|".join(m for m in _MONTHS)
_DATE = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<d1>\d{{1,2}})(?:st|nd|rd"
    rf"|th)? (?P<m1>{_WRITTEN}),? (?P<y1>\d{{4}})"
    rf"|(?P<m2>{_WRITTEN}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y2>\d{{4}})",
    re.IGNORECASE,
)


def dates_in(text: str) -> list[str]:
    """Return the dates of a text, as ISO."""
    return [_iso(match) for match in _DATE.finditer(text)]


def _iso(match: re.Match[str]) -> str:
    if match["iso"]:
        return match["iso"]
    month = _MONTHS.index((match["m1"] or match["m2"]).lower()) + 1
    return f"{match['y1'] or match['y2']}-{month:02d}-{int(match['d1'] or match['d2']):02d}"


def days_between(text: str) -> str | None:
    """Answer how many days, or weeks, lie between two dates."""
    found = dates_in(text)
    if len(found) != 2 or not re.search(r"\b(days?|weeks?|between|from|until|since)\b", text, re.I):
        return None
    span = f"abs(date.fromisoformat('{found[1]}') - date.fromisoformat('{found[0]}')).days"
    if re.search(r"how many weeks", text, re.I):
        span += " / 7"
    return f"from datetime import date\n{span}"


def weekday(text: str) -> str | None:
    """Answer which day of the week a date is, or which date lies some days away."""
    found = dates_in(text)
    if len(found) != 1:
        return None
    day = f"date.fromisoformat('{found[0]}')"
    if m := re.search(r"(\d+) (days?|weeks?) (after|before|from)\b", text, re.I):
        days = int(m[1]) * (7 if m[2].lower().startswith("week") else 1)
        sign = "-" if m[3].lower() == "before" else "+"
        return (
            f"from datetime import date, timedelta\n({day} {sign}"
            f" timedelta(days={days})).isoformat()"
        )
    if re.search(r"\bweekday\b|day of the week|which day|what day", text, re.I):
        return f"from datetime import date\n{day}.strftime('%A')"
    return None


def leap_year(text: str) -> str | None:
    """Answer whether a year is a leap year."""
    m = re.search(r"\b(\d{4})\b", text)
    if m and re.search(r"leap year", text, re.I):
        return f"import calendar\ncalendar.isleap({m[1]})"
    return None
