"""Typed comparison of JSON: nothing is equal to what has another type, unless it is declared."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from .predicates import Predicate, is_predicate, predicate_of

_FOLDED = re.compile(r"[ ,./\-_*^]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coercions:
    """Differences that do not count. None is on unless it is declared."""

    integral_floats: bool = False
    """1 is 1.0."""
    numeric_strings: bool = False
    """"1.5" is 1.5."""
    case: bool = False
    whitespace: bool = False
    """Runs of white space are one space, and none at the ends."""
    punctuation: bool = False
    """Spaces and ` ,./-_*^` do not count, as in the Berkeley benchmark."""
    unordered_lists: bool = False
    null_is_missing: bool = False
    """An argument that is null is as good as none."""
    tolerance: float = 0.0
    """Relative difference that two floats may have."""


STRICT = Coercions()


def equal(given: JsonValue, wanted: JsonValue, coercions: Coercions = STRICT) -> bool:
    """Return whether a value is what was wanted; `wanted` may hold predicates."""
    if is_predicate(wanted):
        return satisfies(given, predicate_of(wanted), coercions)
    if isinstance(wanted, bool) or isinstance(given, bool):
        return isinstance(wanted, bool) and isinstance(given, bool) and wanted == given
    if isinstance(wanted, int | float):
        return _number(given, wanted, coercions)
    if isinstance(wanted, str):
        return _string(given, wanted, coercions)
    if isinstance(wanted, list):
        return isinstance(given, list) and _list(given, wanted, coercions)
    if isinstance(wanted, dict):
        return isinstance(given, dict) and objects_equal(given, wanted, coercions)
    return given is None


def objects_equal(
    given: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue], coercions: Coercions
) -> bool:
    """Return whether two objects have the same keys with equal values."""
    return not unknown_keys(given, wanted, coercions) and all(
        key_fits(given, key, value, coercions) for key, value in wanted.items()
    )


def unknown_keys(
    given: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue], coercions: Coercions
) -> list[str]:
    """Return the keys that are given and not wanted."""
    return [
        key
        for key, value in given.items()
        if key not in wanted and not (coercions.null_is_missing and value is None)
    ]


def key_fits(
    given: Mapping[str, JsonValue], key: str, wanted: JsonValue, coercions: Coercions
) -> bool:
    """Return whether one key has what is wanted; an optional one may be missing."""
    if key not in given or (coercions.null_is_missing and given[key] is None):
        if is_predicate(wanted) and predicate_of(wanted).may_be_missing:
            return True
        return coercions.null_is_missing and wanted is None
    return equal(given[key], wanted, coercions)


def satisfies(given: JsonValue, predicate: Predicate, coercions: Coercions) -> bool:
    """Return whether a value satisfies a predicate."""
    if predicate.is_one_of:
        return any(equal(given, choice, coercions) for choice in predicate.choices)
    return predicate.holds(given)


def _number(given: JsonValue, wanted: float, coercions: Coercions) -> bool:
    if isinstance(given, str) and coercions.numeric_strings:
        try:
            given = int(given) if isinstance(wanted, int) else float(given)
        except ValueError:
            return False
    if not isinstance(given, int | float):
        return False
    if isinstance(given, int) != isinstance(wanted, int) and not coercions.integral_floats:
        return False
    if given == wanted:
        return True
    return coercions.tolerance > 0 and math.isclose(given, wanted, rel_tol=coercions.tolerance)


def _string(given: JsonValue, wanted: str, coercions: Coercions) -> bool:
    if not isinstance(given, str):
        if coercions.numeric_strings and isinstance(given, int | float):
            return _number(wanted, given, coercions)
        return False
    return given == wanted or _folded(given, coercions) == _folded(wanted, coercions)


def _folded(text: str, coercions: Coercions) -> str:
    if coercions.punctuation:
        text = _FOLDED.sub("", text).replace("'", '"')
    if coercions.whitespace:
        text = " ".join(text.split())
    return text.casefold() if coercions.case else text


def _list(given: list[JsonValue], wanted: list[JsonValue], coercions: Coercions) -> bool:
    if len(given) != len(wanted):
        return False
    if not coercions.unordered_lists:
        return all(equal(g, w, coercions) for g, w in zip(given, wanted, strict=True))
    from .matching import maximum_matching

    fits = [[equal(g, w, coercions) for g in given] for w in wanted]
    return None not in maximum_matching(fits)
