"""Filters: which items a search asks for, said to Chroma as far as it can and checked here."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from langgraph.store.base import MatchCondition

from .labels import MORE, Namespace, compared, label_of, number_of

if TYPE_CHECKING:
    from chromadb.api.types import Where

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


def conditions_of(wanted: Mapping[str, object] | None, above: str = "") -> Iterator[Where]:
    """Yield conditions on labels that every item which fits the filter meets."""
    for key, asked in (wanted or {}).items():
        path = f"{above}{key}"
        if not isinstance(asked, Mapping):
            yield from _equals(path, asked)
        elif not any(sign.startswith("$") for sign in asked):
            yield from conditions_of(asked, f"{path}.")
        else:
            for sign, limit in asked.items():
                if sign == "$eq":
                    yield from _equals(path, limit)
                elif sign in _ORDER and (number := number_of(limit)) is not None:
                    if math.isfinite(number):
                        yield _or_more(compared(f"n.{path}", sign, number))


def matches(namespace: Namespace, condition: MatchCondition) -> bool:
    """True when a namespace begins or ends as a condition says; `*` stands for any part."""
    path = tuple(condition.path)
    if len(path) > len(namespace):
        return False
    if condition.match_type == "prefix":
        part = namespace[: len(path)]
    else:
        part = namespace[len(namespace) - len(path) :]
    return all(asked in ("*", given) for asked, given in zip(path, part, strict=True))


def _equals(path: str, asked: object) -> Iterator[Where]:
    if (label := label_of(path, asked)) is not None:
        yield _or_more({label[0]: label[1]})


def _or_more(condition: Where) -> Where:
    """Let items through that have more inside than they have labels for."""
    return {"$or": [condition, {MORE: 1}]}


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
    left, right = number_of(given), number_of(limit)
    return left is not None and right is not None and bool(compare(left, right))
