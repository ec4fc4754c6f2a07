"""Values: what a program's last expression is, as JSON where it can be said in JSON."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable


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
        return dict(zip(_texts(_call(value, "keys")), _cells(value), strict=True))
    if _is_a(value, "pandas", "DataFrame"):
        return _table(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _table(frame: object) -> object:
    """Return a data frame in the shape that a query's rows have, a named index as columns."""
    index: object = getattr(frame, "index", None)
    if getattr(index, "name", None) is not None or not _is_a(index, "pandas", "RangeIndex"):
        frame = _call(frame, "reset_index")
    columns = _texts(_call(frame, "keys"))
    values = _listed(_call(_call(frame, "astype", "object"), "to_numpy"))
    rows = [dict(zip(columns, _cells(row), strict=True)) for row in values]
    return {"columns": columns, "rows": rows}


def _cells(values: object) -> list[object]:
    """Return values of a table; one that is missing is null, not a number that is none."""
    return [None if _is_missing(value) else value for value in _listed(values)]


def _is_missing(value: object) -> bool:
    pandas = sys.modules["pandas"]
    is_none: bool = value is pandas.NA or value is pandas.NaT
    return is_none or (isinstance(value, float) and value != value)


def _texts(names: object) -> list[str]:
    return [str(name) for name in _listed(names)]


def _listed(values: object) -> list[object]:
    return list(values) if isinstance(values, Iterable) else []


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
