"""Fields: read loosely typed JSON without believing any of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import TypeGuard

from pydantic import JsonValue


def table(value: object) -> dict[str, object]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[object]:
    """Return a JSON array, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def tables(value: object) -> list[dict[str, object]]:
    """Return the objects of an array."""
    return [item for item in rows(value) if isinstance(item, dict)]


def text(value: object) -> str:
    """Return a string; numbers as they are written, nothing for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def number(value: object) -> float | None:
    """Return a finite number, also one written as a string."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None


def whole(value: object) -> int | None:
    """Return a number without its fraction."""
    found = number(value)
    return None if found is None else int(found)


def total(values: Iterable[float | None]) -> float | None:
    """Return the sum of the known values, or None when none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def is_json(value: object) -> TypeGuard[JsonValue]:
    """Return whether a value parsed from JSON is what it looks like. Nothing deep is checked."""
    return value is None or isinstance(value, str | int | float | bool | list | dict)


def json_value(value: object) -> JsonValue:
    """Return a value parsed from JSON as one, and anything else as its text."""
    return value if is_json(value) else str(value)


def is_arguments(value: object) -> TypeGuard[dict[str, JsonValue]]:
    """Return whether a value can be the arguments of a call."""
    return isinstance(value, dict)


def arguments(value: object) -> tuple[dict[str, JsonValue], str | None]:
    """Return a call's arguments, and why they cannot be read if they cannot."""
    if isinstance(value, dict):
        return value, None
    if value is None or value == "":
        return {}, None
    if not isinstance(value, str):
        return {}, f"The arguments are {type(value).__name__}, not an object: {str(value)[:200]}"
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments are not JSON ({error}): {value[:200]}"
    if is_arguments(parsed):
        return parsed, None
    return {}, f"The arguments are not a JSON object: {value[:200]}"
