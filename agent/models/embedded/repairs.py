"""Repairs: a failed call written again when the error says how."""

from __future__ import annotations

import re

from pydantic import JsonValue

from .blocks import Result
from .steps import Step

_MEANT = re.compile(r"did you mean\s+[`'\"“]?(?P<new>[^`'\"”?]+?)[`'\"”]?\s*\?", re.IGNORECASE)
_LEAVE_OUT = re.compile(r"\bleave `(?P<argument>\w+)` out\b", re.IGNORECASE)
_WRONG = re.compile(r"[`'\"“](?P<old>[^`'\"”]+)[`'\"”]")


def repaired(step: Step, result: Result) -> Step | None:
    """Return the step as its error says it was meant, None when the error does not tell."""
    if result.error is None:
        return None
    if (meant := _MEANT.search(result.error)) is not None:
        new = meant["new"].split(",")[0].split(" or ")[0].strip("`'\"“” ")
        for wrong in _WRONG.finditer(result.error[: meant.start()]):
            args = {name: _replaced(value, wrong["old"], new) for name, value in step.args.items()}
            if args != step.args:
                return Step(step.id, step.tool, args)
    needless = _LEAVE_OUT.search(result.error)
    if needless is not None and needless["argument"] in step.args:
        args = {name: value for name, value in step.args.items() if name != needless["argument"]}
        return Step(step.id, step.tool, args)
    return None


def _replaced(value: JsonValue, old: str, new: str) -> JsonValue:
    if isinstance(value, list):
        return [_replaced(each, old, new) for each in value]
    if isinstance(value, str):
        return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, value)
    return value
