"""Predicates: what an argument must satisfy where one value would be too narrow.

Written as an object with one key that begins with `$`: `{"$any": true}`, `{"$regex": "^A-"}`,
`{"$one_of": [1, 2]}`, `{"$near": 3.2, "within": 0.1}`, `{"$contains": "word"}`,
`{"$type": "string"}`, `{"$optional": VALUE}` (may be missing), `{"$missing": true}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.errors import InputError

_TYPES: dict[str, Callable[[JsonValue], bool]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}
_NAMES = {"$any", "$regex", "$one_of", "$near", "$contains", "$type", "$optional", "$missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """What a value must satisfy."""

    name: str
    operand: JsonValue
    within: float = 0.0

    @property
    def may_be_missing(self) -> bool:
        """True when the argument may be left out."""
        return self.name in ("$optional", "$missing")

    @property
    def is_one_of(self) -> bool:
        """True when the value must equal one of `choices`."""
        return self.name in ("$one_of", "$optional")

    @property
    def choices(self) -> list[JsonValue]:
        """The values that are allowed."""
        if self.name == "$one_of":
            return self.operand if isinstance(self.operand, list) else []
        return [self.operand]

    def holds(self, value: JsonValue) -> bool:
        """Return whether `value` satisfies it."""
        operand = self.operand
        match self.name:
            case "$any":
                return True
            case "$regex":
                return isinstance(value, str) and re.search(str(operand), value) is not None
            case "$near":
                return _near(value, operand, self.within)
            case "$contains":
                return _contains(value, operand)
            case "$type":
                return _TYPES[str(operand)](value)
            case _:
                return False


def is_predicate(value: JsonValue) -> bool:
    """Return whether a wanted value is a predicate."""
    return isinstance(value, dict) and any(key in _NAMES for key in value)


def predicate_of(value: JsonValue) -> Predicate:
    """Read a predicate. Raises `InputError` that says what is wrong with it."""
    assert isinstance(value, dict)
    name = next(key for key in value if key in _NAMES)
    within = value.get("within", 0.0)
    if isinstance(within, bool) or not isinstance(within, int | float):
        raise InputError(f"`within` of {value!r} must be a number.")
    return Predicate(name=name, operand=value[name], within=float(within))


def check(value: JsonValue, where: str) -> None:
    """Raise `InputError` when a value holds a predicate that cannot work."""
    if isinstance(value, dict):
        strange = [key for key in value if key.startswith("$") and key not in _NAMES]
        if strange:
            known = ", ".join(sorted(_NAMES))
            raise InputError(f"{where} has the predicate {strange[0]!r}; there are: {known}.")
        if is_predicate(value):
            _check_operand(predicate_of(value), where)
        for inner in value.values():
            check(inner, where)
    elif isinstance(value, list):
        for inner in value:
            check(inner, where)


def _check_operand(predicate: Predicate, where: str) -> None:
    match predicate.name:
        case "$regex":
            try:
                re.compile(str(predicate.operand))
            except re.error as error:
                raise InputError(f"{where} has a broken `$regex`: {error}.") from None
        case "$type":
            if predicate.operand not in _TYPES:
                raise InputError(f"{where}: `$type` must be one of {', '.join(_TYPES)}.")
        case "$one_of":
            if not isinstance(predicate.operand, list):
                raise InputError(f"{where}: `$one_of` must be a list.")
        case _:
            pass


def _near(value: JsonValue, operand: JsonValue, within: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        return False
    return abs(value - operand) <= within


def _contains(value: JsonValue, operand: JsonValue) -> bool:
    if isinstance(value, str):
        return isinstance(operand, str) and operand.casefold() in value.casefold()
    if isinstance(value, list):
        return any(type(one) is type(operand) and one == operand for one in value)
    return isinstance(value, dict) and operand in value
