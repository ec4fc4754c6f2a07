"""References: how a step's arguments name another step's result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from pydantic import JsonValue

from surefoot.errors import ToolError

_IN_TEXT = re.compile(r"\{\{\s*([A-Za-z_][\w-]*(?:\.[^{}\s]+)?)\s*\}\}")


def reference(value: JsonValue) -> str | None:
    """Return the path of `{"$ref": "s1.rows.0.total"}`, or None when `value` is no reference."""
    if isinstance(value, dict) and len(value) == 1:
        path = value.get("$ref")
        if isinstance(path, str):
            return path
    return None


def references(value: JsonValue) -> Iterator[str]:
    """Yield every path that `value` refers to, in order."""
    if (path := reference(value)) is not None:
        yield path
    elif isinstance(value, str):
        if "{{" in value:
            yield from _IN_TEXT.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def step_of(path: str) -> str:
    """Return the step id that a path begins with."""
    return path.split(".", 1)[0]


def fill(value: JsonValue, results: Mapping[str, JsonValue]) -> JsonValue:
    """Return `value` with every reference to a step in `results` replaced by what it names.

    `{{path}}` inside a string stands for a step only when `results` has that step; other text in
    double braces stays as it is. Raises `ToolError` (code `bad_reference`) that names what exists.
    """
    if (path := reference(value)) is not None:
        return follow(path, results)
    if isinstance(value, str) and "{{" in value:
        return _IN_TEXT.sub(lambda match: _as_text(match, results), value)
    if isinstance(value, dict):
        return {key: fill(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, results) for item in value]
    return value


def _as_text(match: re.Match[str], results: Mapping[str, JsonValue]) -> str:
    if step_of(match[1]) not in results:
        return match[0]
    found = follow(match[1], results)
    return found if isinstance(found, str) else str(found)


def follow(path: str, results: Mapping[str, JsonValue]) -> JsonValue:
    """Return what `path` names. Raises `ToolError` (`bad_reference`) that names what exists."""
    step, *keys = path.split(".")
    if step not in results:
        raise _no_such(path, step, list(results))
    value = results[step]
    for key in keys:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.lstrip("-").isdigit():
            index = int(key)
            if not -len(value) <= index < len(value):
                raise ToolError(
                    f"{path!r} asks for item {index}, but there are {len(value)}.",
                    code="bad_reference",
                )
            value = value[index]
        else:
            raise _no_such(path, key, list(value) if isinstance(value, dict) else [])
    return value


def _no_such(path: str, key: str, known: list[str]) -> ToolError:
    near = get_close_matches(key, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    there = ", ".join(known[:20]) or "nothing by name"
    return ToolError(
        f"{path!r} names {key!r}, which is not there.{hint} There is: {there}.",
        code="bad_reference",
    )
