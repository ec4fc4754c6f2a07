"""Values: what a query returns, as JSON and as a table that reads well."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from pydantic import JsonValue

from .naming import numbered

_LONGEST_TEXT = 10_000
_LONGEST_CELL = 300


def jsonable(value: object) -> JsonValue:
    """Return a value as JSON has it: dates as ISO 8601, decimals as numbers, no infinities."""
    if value is None or value is True or value is False:
        return value
    convert = _CONVERSIONS.get(type(value))
    return str(value) if convert is None else convert(value)


def unique_names(names: Iterable[str]) -> list[str]:
    """Return column names of which no two are the same."""
    seen: dict[str, None] = {}
    for name in names:
        seen[next(unique for unique in numbered(name) if unique not in seen)] = None
    return list(seen)


def markdown(columns: Sequence[str], rows: Sequence[Sequence[JsonValue]], total: int) -> str:
    """Return rows as a Markdown table that says how many more there are."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    lines.extend(_line([_cell(value) for value in row]) for row in rows)
    if not total:
        lines.append("No rows.")
    elif (left := total - len(rows)) > 0:
        lines.append(f"… {left} more {'row' if left == 1 else 'rows'}.")
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def _cell(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value if len(value) <= _LONGEST_CELL else f"{value[:_LONGEST_CELL]}…"
    return str(value)


def _key(key: object) -> str:
    return key if isinstance(key, str) else str(jsonable(key))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _duration(value: timedelta) -> str:
    text = str(abs(value))
    return f"-{text}" if value < timedelta() else text


def _bytes(value: bytes) -> str:
    return b64encode(value[:_LONGEST_TEXT]).decode()


def _list(values: Iterable[object]) -> list[JsonValue]:
    return [jsonable(item) for item in values]


def _dict(values: Mapping[object, object]) -> dict[str, JsonValue]:
    return {_key(key): jsonable(item) for key, item in values.items()}


_CONVERSIONS: dict[type, Callable[..., JsonValue]] = {
    bytes: _bytes,
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: _number,
    dict: _dict,
    float: _finite,
    int: int,
    list: _list,
    str: _short,
    time: time.isoformat,
    timedelta: _duration,
    tuple: _list,
}
