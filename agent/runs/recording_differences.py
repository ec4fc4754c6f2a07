"""Differences: the first field in which what is asked for now is not what was recorded."""

from __future__ import annotations

import json
from itertools import zip_longest


def first_difference(recorded: object, now: object, path: str = "") -> str | None:
    """Return the first field in which two JSON values differ, with both values."""
    if type(recorded) is not type(now):
        return f"{path or 'value'}: recorded {_short(recorded)}, now {_short(now)}"
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in [*recorded, *(key for key in now if key not in recorded)]:
            where = f"{path}.{key}" if path else str(key)
            if key not in now:
                return f"{where}: recorded {_short(recorded[key])}, now missing"
            if key not in recorded:
                return f"{where}: not recorded, now {_short(now[key])}"
            if (found := first_difference(recorded[key], now[key], where)) is not None:
                return found
        return None
    if isinstance(recorded, list) and isinstance(now, list):
        for place, (one, other) in enumerate(zip_longest(recorded, now, fillvalue=_NOTHING)):
            if one is _NOTHING or other is _NOTHING:
                what = f"recorded {len(recorded)} entries, now {len(now)}"
                return f"{path}[{place}]: {what}"
            if (found := first_difference(one, other, f"{path}[{place}]")) is not None:
                return found
        return None
    if recorded == now:
        return None
    return f"{path or 'value'}: recorded {_short(recorded)}, now {_short(now)}"


_NOTHING = object()


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}…"
