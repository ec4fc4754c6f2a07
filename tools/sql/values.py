"""Values: what a query returns, as JSON and as a table that reads well."""

from __future__ import annotations

import base64
import datetime
import decimal
import math
import uuid
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from .naming import numbered

_LONGEST_TEXT = 10_000
_LONGEST_CELL = 300


def jsonable(value: object) -> JsonValue:
    """Return a value as JSON has it: dates as ISO 8601, decimals as numbers, no infinities."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
        case decimal.Decimal():
            return _number(value)
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return _duration(value)
        case bytes():
            return base64.b64encode(value[:_LONGEST_TEXT]).decode()
        case uuid.UUID():
            return str(value)
        case list() | tuple():
            return [jsonable(item) for item in value]
        case dict():
            return {_key(key): jsonable(item) for key, item in value.items()}
    return str(value)


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


def _number(value: decimal.Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _duration(value: datetime.timedelta) -> str:
    text = str(abs(value))
    return f"-{text}" if value < datetime.timedelta() else text
