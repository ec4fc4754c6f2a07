"""Validity: from when until when a fact holds, as its sentence or a question says.

Dates are RFC 3339 or the first part of one, as precise as they were told: `2024`, `2024-05`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .words import folded

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = "|".join(_MONTHS)
_DATE = (
    r"(\d{4}-\d{2}-\d{2}|\d{4}-\d{2}"
    rf"|\d{{1,2}} (?:{_MONTH}) \d{{4}}|(?:{_MONTH}) \d{{1,2}},? \d{{4}}|(?:{_MONTH}) \d{{4}}"
    r"|(?:19|20)\d{2})\b(?!-)"
)
_RELATIVE = r"(last year|last month|last week|yesterday|today|this year|this month)\b"
_WHEN = rf"(?:{_DATE}|{_RELATIVE})"

_SINCE = re.compile(rf"\b(?:since|ever since|as of|starting(?: in| on)?) {_WHEN}")
_UNTIL = re.compile(rf"\b(?:until|till|up to|up until) {_WHEN}")
_FROM_TO = re.compile(rf"\bfrom {_WHEN} (?:to|until|till) {_WHEN}")
_AT = re.compile(rf"\b(?:(?:back )?(?:in|on|during) )?{_WHEN}")
_CHANGE = re.compile(
    r"\b(?:moved|started|joined|became|switched|changed|began|got married|retired)\b"
)
_UNFINISHED = re.compile(r"^$|\b(?:is|are|was|were|on|in|at)$")
_AS_OF = re.compile(rf"\b(?:in|on|during|as of|back in|at the end of) {_WHEN}")


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when something holds; None where nobody said."""

    since: str | None = None
    until: str | None = None


def validity_of(text: str, *, now: str) -> Validity:
    """Return what a sentence says of when it holds."""
    said = " ".join(folded(text).split())
    if found := _FROM_TO.search(said):
        return Validity(_date(found[1], found[2], now), _date(found[3], found[4], now))
    since, until = _SINCE.search(said), _UNTIL.search(said)
    if since or until:
        return Validity(
            _date(since[1], since[2], now) if since else None,
            _date(until[1], until[2], now) if until else None,
        )
    if _CHANGE.search(said) and (at := _AT.search(said)):
        return Validity(_date(at[1], at[2], now))
    return Validity()


def without_times(said: str) -> str:
    """Return a sentence in lower case without what it says of when, unless that is all of it."""
    always = (_FROM_TO, _SINCE, _UNTIL)
    patterns = (*always, _AT) if _CHANGE.search(said) else always
    bare = said
    for pattern in patterns:
        bare = pattern.sub("", bare)
    bare = " ".join(bare.split()).strip(" ,")
    return said if _UNFINISHED.search(bare) else bare


def moment_of(question: str, *, now: str) -> str | None:
    """Return the time in the past that a question is about; None for the present."""
    found = _AS_OF.search(" ".join(folded(question).split()))
    if found is None:
        return None
    moment = _date(found[1], found[2], now)
    return moment if moment is not None and moment < now[: len(moment)] else None


def is_before(one: str, other: str) -> bool:
    """Return whether a date lies wholly before another, each as precise as it is."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def _date(absolute: str | None, relative: str | None, now: str) -> str | None:
    if absolute is not None:
        return _iso(absolute)
    today = date.fromisoformat(now[:10])
    match relative:
        case "last year":
            return str(today.year - 1)
        case "this year":
            return str(today.year)
        case "last month":
            return (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
        case "this month":
            return today.isoformat()[:7]
        case "last week":
            return (today - timedelta(days=7)).isoformat()
        case "yesterday":
            return (today - timedelta(days=1)).isoformat()
        case _:
            return today.isoformat()


def _iso(told: str) -> str:
    """Return `3 May 2024`, `May 3, 2024` and `May 2024` the way dates are kept."""
    parts = told.replace(",", "").split()
    if len(parts) == 1:
        return told
    numbers = [part for part in parts if part.isdigit()]
    month = next(_MONTHS.index(part) + 1 for part in parts if part in _MONTHS)
    day = f"-{int(numbers[0]):02}" if len(numbers) == 2 else ""
    return f"{numbers[-1]}-{month:02}{day}"
