"""Lines: text made safe and short for a terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from pydantic import JsonValue
from rich.text import Text

_KEPT = frozenset("\n\t")
_TURNS_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make text read other than it is written."""


def safe(text: str) -> str:
    """Return text that cannot steer the terminal it is shown on."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(char if _is_harmless(char) else _written_out(char) for char in text)


def short(text: str, length: int = 100) -> str:
    """Return text on one line, cut where it gets long."""
    line = " ".join(safe(text).split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it must be."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def call_line(args: Mapping[str, JsonValue], length: int = 100) -> str:
    """Return a call's arguments on one line; a single text stands alone."""
    values = list(args.values())
    if len(values) == 1 and isinstance(values[0], str):
        return short(values[0], length)
    return short(", ".join(f"{name}={_value(value)}" for name, value in args.items()), length)


def indented(text: str, *, by: int = 4, most: int = 20) -> list[Text]:
    """Return text as lines set in from the left, the first `most` of them."""
    lines = safe(text).strip("\n").expandtabs().splitlines()
    shown = [Text(" " * by + line.rstrip(), style="dim") for line in lines[:most]]
    if len(lines) > most:
        shown.append(Text(f"{' ' * by}… {counted(len(lines) - most, 'more line')}", style="dim"))
    return shown


def _value(value: JsonValue) -> str:
    if isinstance(value, dict) and list(value) == ["$ref"]:
        return f"{{{value['$ref']}}}"
    return json.dumps(value, ensure_ascii=False)


def _is_harmless(char: str) -> bool:
    return char in _KEPT or (unicodedata.category(char) != "Cc" and char not in _TURNS_AROUND)


def _written_out(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
