"""Docstrings: what a tool's function says about itself and its arguments."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"^(args|arguments|parameters|params|returns?|yields?|raises|examples?|notes?|see also):\s*$",
    re.IGNORECASE,
)
_ARGUMENTS = frozenset({"args", "arguments", "parameters", "params"})
_DROPPED = frozenset({"return", "returns", "yield", "yields", "raises"})
_ENTRY = re.compile(r"^\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """A Google-style docstring, taken apart."""

    description: str = ""
    """Everything the model should read: all but the arguments, returns and errors."""
    arguments: dict[str, str] = field(default_factory=dict[str, str])
    """What the `Args:` section says about each argument."""


def parse_docstring(text: str | None) -> Docstring:
    """Take a docstring apart; text in no known form is all description."""
    kept: list[str] = []
    arguments: list[str] = []
    target: list[str] | None = kept
    for line in inspect.cleandoc(text or "").splitlines():
        if found := _SECTION.match(line):
            section = found[1].lower()
            if section in _ARGUMENTS:
                target = arguments
                continue
            target = None if section in _DROPPED else kept
        elif target is not kept and line and not line[0].isspace():
            target = kept
        if target is not None:
            target.append(line)
    return Docstring("\n".join(kept).strip(), _entries(arguments))


def _entries(lines: list[str]) -> dict[str, str]:
    entries: dict[str, list[str]] = {}
    current: list[str] | None = None
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    for line in lines:
        if _indent(line) == margin and (found := _ENTRY.match(line.strip())):
            current = entries.setdefault(found[1], [])
            current.append(found[2])
        elif current is not None:
            current.append(line.strip())
    return {name: " ".join(part for part in parts if part) for name, parts in entries.items()}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
