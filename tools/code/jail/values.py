"""Values: what a program's last expression is, as JSON where it can be said in JSON."""

from __future__ import annotations

import datetime
import json
import sys


def as_json(value: object, *, limit: int) -> str | None:
    """Return a value as JSON of at most `limit` characters, or None where it has none."""
    try:
        text = json.dumps(value, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return None
    return text if len(text) <= limit else None


def as_text(value: object, *, limit: int) -> tuple[str, bool]:
    """Return a value as Python shows it, and whether it had to be cut."""
    text = repr(value)
    return text[:limit], len(text) > limit


def _plain(value: object) -> object:
    """Say what NumPy and pandas hold in JSON's words; raises `TypeError` for anything else."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if _is_a(value, "numpy", "generic"):
        return _call(value, "item")
    if _is_a(value, "numpy", "ndarray") or _is_a(value, "pandas", "Index"):
        return _call(value, "tolist")
    if _is_a(value, "pandas", "Series"):
        return _call(value, "to_dict")
    if _is_a(value, "pandas", "DataFrame"):
        return _table(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _is_a(value: object, module: str, kind: str) -> bool:
    """Say whether a value is of a class whose module the program may not even have loaded."""
    known: object = getattr(sys.modules.get(module), kind, None)
    return isinstance(known, type) and isinstance(value, known)


def _call(value: object, method: str, *args: object) -> object:
    function: object = getattr(value, method)
    if not callable(function):
        raise TypeError(f"{method} is no method")
    result: object = function(*args)
    return result


def _table(frame: object) -> object:
    """Return a data frame in the shape that a query's rows have."""
    rows = _call(frame, "to_dict", "records")
    columns = [str(name) for name in getattr(frame, "columns", ())]
    return {"columns": columns, "rows": rows}
