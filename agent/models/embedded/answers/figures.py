"""Figures: numbers and column names as a reader is shown them."""

from __future__ import annotations

import re

_UNITS = {
    "g": "g",
    "kg": "kg",
    "mg": "mg",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "km": "km",
    "eur": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "pct": "%",
    "percent": "%",
    "s": "s",
    "sec": "s",
    "min": "min",
    "h": "h",
    "ms": "ms",
    "kb": "kB",
    "mb": "MB",
    "gb": "GB",
    "l": "l",
    "ml": "ml",
}
_WORDS = {
    "avg": "average",
    "total": "total",
    "max": "maximum",
    "min": "minimum",
    "median": "median",
    "stddev": "standard deviation of",
}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MISSING = frozenset({"NULL", "None", "null", "NaN", ""})


def figure(text: str) -> str:
    """Return a printed value as it is said: a number rounded to two decimals at most."""
    if text in _MISSING:
        return "not recorded"
    if not _NUMBER.fullmatch(text) or re.fullmatch(r"-?\d+", text):
        return text
    value = float(text)
    digits = 2 if abs(value) >= 0.1 or value == 0 else 4
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else text


def is_missing(text: str) -> bool:
    """True for a value that is not there."""
    return text in _MISSING


def unit_of(column: str) -> str:
    """Return the unit that a column's name ends in, with a space before it."""
    head, _, tail = column.lower().rpartition("_")
    if column.lower() == "percent":
        return "%"
    if not head or tail not in _UNITS or head in _WORDS:
        return ""
    return _UNITS[tail] if _UNITS[tail] == "%" else f" {_UNITS[tail]}"


def with_unit(column: str, text: str) -> str:
    """Return a value with its column's unit."""
    return figure(text) if is_missing(text) else figure(text) + unit_of(column)


def name_of(column: str) -> str:
    """Return a column's name as words: `avg_body_mass_g` is the average body mass."""
    if column == "n":
        return "number"
    words = column.replace("_", " ").split()
    if unit_of(column) and len(words) > 1:
        words = words[:-1]
    first = _WORDS.get(words[0].lower(), words[0]) if len(words) > 1 else words[0]
    return " ".join([first, *words[1:]])
