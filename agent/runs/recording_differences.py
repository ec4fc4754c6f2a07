"""Differences: the first field in which what is asked for now is not what was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import zip_longest

from surefoot.graphs import RUN_NOTE


def first_difference(
    recorded: object, now: object, path: str = "", *, quotes: bool = True
) -> str | None:
    """Return the first field in which two JSON values differ, with both values.

    Values are not quoted where `quotes` is False, nor those of messages by the model or by the run
    itself, since they may hold what was withheld.
    """
    if type(recorded) is not type(now):
        return _differing(path, recorded, now, quotes)
    if isinstance(recorded, dict) and isinstance(now, dict):
        quotes = quotes and not (_is_withheld(recorded) or _is_withheld(now))
        for key in [*recorded, *(key for key in now if key not in recorded)]:
            where = f"{path}.{key}" if path else str(key)
            if key not in now:
                told = f"recorded {_short(recorded[key])}" if quotes else "recorded"
                return f"{where}: {told}, now missing"
            if key not in recorded:
                told = f"there: {_short(now[key])}" if quotes else "there"
                return f"{where}: not recorded, now {told}"
            found = first_difference(recorded[key], now[key], where, quotes=quotes)
            if found is not None:
                return found
        return None
    if isinstance(recorded, list) and isinstance(now, list):
        for place, (one, other) in enumerate(zip_longest(recorded, now, fillvalue=_NOTHING)):
            if one is _NOTHING or other is _NOTHING:
                what = f"recorded {len(recorded)} entries, now {len(now)}"
                return f"{path}[{place}]: {what}"
            found = first_difference(one, other, f"{path}[{place}]", quotes=quotes)
            if found is not None:
                return found
        return None
    return None if recorded == now else _differing(path, recorded, now, quotes)


def _differing(path: str, recorded: object, now: object, quotes: bool) -> str:
    where = path or "value"
    if quotes:
        return f"{where}: recorded {_short(recorded)}, now {_short(now)}"
    return f"{where}: not as recorded (it may be withheld, and is not quoted)"


def _is_withheld(body: Mapping[str, object]) -> bool:
    """Return whether a message may hold words of an answer that nobody was shown."""
    text = body.get("text")
    is_note = isinstance(text, str) and text.startswith(RUN_NOTE)
    return body.get("kind") == "AssistantMessage" or is_note


_NOTHING = object()


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}…"
