"""Repair hints: what is wrong with a call, said so that the next one is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from surefoot.errors import ToolError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_MOST_PROBLEMS = 8
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, whatever its case, if one is like it at all."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` when a known word is near, else nothing."""
    found = nearest(word, known) if isinstance(word, str) else None
    return f" (did you mean {found!r}?)" if found is not None else ""


def refusal(tool: str, problems: Sequence[str]) -> ToolError:
    """Return the error that lists what is wrong with a call's arguments."""
    listed = "; ".join(problems[:_MOST_PROBLEMS])
    if (left := len(problems) - _MOST_PROBLEMS) > 0:
        listed += f"; and {left} more"
    message = f"The arguments of {tool!r} are not valid: {listed}."
    return ToolError(message, code="invalid_arguments")


def invalid_arguments(tool: str, error: ValidationError, names: Sequence[str]) -> ToolError:
    """Return one error that lists every problem, with the allowed values and the nearest match."""
    details = error.errors(include_url=False)
    return refusal(tool, [_problem(detail, names) for detail in details])


def unknown_argument(path: str, names: Sequence[str]) -> str:
    """Say that there is no such argument, and which there are."""
    takes = f"it takes {', '.join(names)}" if names else "it takes none"
    return f"there is no argument {path!r}{did_you_mean(path, names)}, {takes}"


def shown(value: object) -> str:
    """Return a value as an error shows it, cut short when long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _problem(detail: ErrorDetails, names: Sequence[str]) -> str:
    path = _path(detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden" and len(detail["loc"]) == 1:
        return unknown_argument(path, names)
    if kind == "missing":
        return f"{path!r} is missing"
    message = detail["msg"].removeprefix("Input ").removeprefix("Value error, ")
    problem = f"{path}: {message[:1].lower()}{message[1:]}, not {shown(detail['input'])}"
    expected = detail.get("ctx", {}).get("expected")
    if kind in ("enum", "literal_error") and isinstance(expected, str):
        problem += did_you_mean(detail["input"], _QUOTED.findall(expected))
    return problem


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "arguments"
