"""References: how a step's arguments name another step's result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from pydantic import JsonValue

from surefoot.errors import ToolError

_IN_TEXT = re.compile(r"\{\{\s*([A-Za-z_][\w-]*(?:[.\[][^{}\s]+)?)\s*\}\}")
_INDEX = re.compile(r"\[(-?[0-9]+)\]")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


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
    return _apart(path)[0]


def keys_of(path: str) -> list[str]:
    """Return the keys and indexes that a path goes through after its step id."""
    rest = _apart(path)[1]
    return rest.split(".") if rest else []


def _apart(path: str) -> tuple[str, str]:
    """Split a path behind its step id; `rows[0]` is another way to write `rows.0`."""
    if "[" in path:
        path = _INDEX.sub(r".\1", path)
    step, _, rest = path.partition(".")
    return step, rest


def renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """Return `value` with every reference to a step in `names` made one to its new name."""
    if (path := reference(value)) is not None:
        return {"$ref": _under(names, path)} if step_of(path) in names else value
    if isinstance(value, str) and "{{" in value:
        return _IN_TEXT.sub(
            lambda match: (
                f"{{{{{_under(names, match[1])}}}}}" if step_of(match[1]) in names else match[0]
            ),
            value,
        )
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return value


def _under(names: Mapping[str, str], path: str) -> str:
    step, rest = _apart(path)
    return f"{names[step]}.{rest}" if rest else names[step]


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
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def follow(path: str, results: Mapping[str, JsonValue]) -> JsonValue:
    """Return what `path` names. Raises `ToolError` (`bad_reference`) that names what exists."""
    step, rest = _apart(path)
    if step not in results:
        raise _no_such(path, step, list(results))
    value = results[step]
    while rest:
        if isinstance(value, dict):
            key = _key_at(rest, value)
            if key is None:
                raise _no_such(path, rest.partition(".")[0], list(value))
            value, rest = value[key], rest[len(key) + 1 :]
        else:
            key, _, rest = rest.partition(".")
            value = _item(value, key, path)
    return value


def _key_at(rest: str, value: Mapping[str, JsonValue]) -> str | None:
    """Return the key that `rest` begins with: the next word, or one that has points in it."""
    if (word := rest.partition(".")[0]) in value:
        return word
    fitting = (key for key in value if f"{rest}.".startswith(f"{key}."))
    return max(fitting, key=len, default=None)


def _item(value: JsonValue, key: str, path: str) -> JsonValue:
    if not isinstance(value, list) or not _WHOLE.fullmatch(key):
        raise _no_such(path, key, [])
    index = int(key)
    if not -len(value) <= index < len(value):
        raise ToolError(
            f"{path!r} asks for item {index}, but there are {len(value)}.", code="bad_reference"
        )
    return value[index]


def _no_such(path: str, key: str, known: list[str]) -> ToolError:
    near = get_close_matches(key, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    there = ", ".join(known[:20]) or "nothing by name"
    return ToolError(
        f"{path!r} names {key!r}, which is not there.{hint} There is: {there}.",
        code="bad_reference",
    )
