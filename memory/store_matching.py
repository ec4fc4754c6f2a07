"""Which items of a store a search or a listing asks for."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping

from langgraph.store.base import MatchCondition

Namespace = tuple[str, ...]
_ORDER = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
_KEY = re.compile(r"[A-Za-z0-9_.\-]+")


def require_keys(wanted: Mapping[str, object] | None) -> None:
    """Refuse a filter whose keys are not plain names."""
    for key in wanted or {}:
        if not _KEY.fullmatch(key):
            raise ValueError(
                f"Invalid filter key: {key!r}; use letters, digits, '_', '-' and '.' only."
            )


def fits(value: Mapping[str, object], wanted: Mapping[str, object] | None) -> bool:
    """True when a value has everything a filter asks for."""
    require_keys(wanted)
    return all(_is(_at(value, key), asked) for key, asked in (wanted or {}).items())


def within(namespace: Namespace, condition: MatchCondition) -> bool:
    """True when a namespace begins or ends as a condition says; `*` stands for any part."""
    path = tuple(condition.path)
    if len(path) > len(namespace):
        return False
    if condition.match_type == "prefix":
        part = namespace[: len(path)]
    else:
        part = namespace[len(namespace) - len(path) :]
    return all(asked in ("*", given) for asked, given in zip(path, part, strict=True))


def _at(value: Mapping[str, object], key: str) -> object:
    if key in value:
        return value[key]
    found: object = value
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _is(given: object, asked: object) -> bool:
    if not isinstance(asked, Mapping):
        return given == asked
    if any(key.startswith("$") for key in asked):
        return all(_compares(given, sign, limit) for sign, limit in asked.items())
    return isinstance(given, Mapping) and fits(given, asked)


def _compares(given: object, sign: str, limit: object) -> bool:
    if sign in ("$eq", "$ne"):
        return (given == limit) is (sign == "$eq")
    if (compare := _ORDER.get(sign)) is None:
        raise ValueError(f"Unknown filter operator: {sign!r}; use $eq, $ne, $gt, $gte, $lt, $lte.")
    if not isinstance(given, (str, int, float)) or not isinstance(limit, (str, int, float)):
        return False
    try:
        return bool(compare(float(given), float(limit)))
    except ValueError:
        return False
