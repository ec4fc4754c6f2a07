"""Labels: what Chroma can find an item by: its namespace and the plain values inside it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chromadb.api.types import Where

Namespace = tuple[str, ...]
Labels = dict[str, str | float]

MORE = "more"
"""Marks an item that has no labels, because it has too many values or an infinite one inside."""
_MAX_LABELS = 64
_MAX_CHARS = 200


def item_id(namespace: Sequence[str], key: str) -> str:
    """Return the id of an item, different for each namespace and key."""
    return _digest([*namespace, key])


def prefix_labels(namespace: Namespace) -> Labels:
    """Return a label for each namespace that this one lies in, itself among them."""
    return {f"p{n}": _digest(namespace[:n]) for n in range(1, len(namespace) + 1)}


def space_labels(namespace: Namespace) -> Labels:
    """Return what `prefix_labels` does, under names that no item has."""
    return {f"s{label}": digest for label, digest in prefix_labels(namespace).items()}


def value_labels(value: Mapping[str, object]) -> Labels:
    """Return labels for the text and numbers inside a value, by their path."""
    found: Labels = {}
    for path, inside in _leaves(value):
        if (label := label_of(path, inside)) is not None:
            found[label[0]] = label[1]
        if (number := number_of(inside)) is not None:
            found[f"n.{path}"] = number
            if not math.isfinite(number):
                return {MORE: 1}
        if len(found) > _MAX_LABELS:
            return {MORE: 1}
    return found


def label_of(path: str, value: object) -> tuple[str, str | float] | None:
    """Return the label that equal values share; None for a value that gets none."""
    if not isinstance(value, str):
        number = number_of(value)
        return None if number is None or not math.isfinite(number) else (f"n.{path}", number)
    if len(value) > _MAX_CHARS or not _is_sound(value):
        return None
    return f"s.{path}", value


def compared(label: str, sign: str, number: float) -> Where:
    """Return the condition that a label compares so to a number."""
    condition: Any = {label: {sign: number}}
    said: Where = condition
    return said


def number_of(value: object) -> float | None:
    """Return what a value counts as in a comparison; numerals in a text count too."""
    if not isinstance(value, (str, int, float)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _leaves(value: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Yield what lies inside, the deepest first, so that a key `a.b` wins over `b` in `a`."""
    for key, inside in value.items():
        if isinstance(inside, Mapping):
            yield from _leaves(inside, f"{above}{key}.")
    for key, inside in value.items():
        if _is_sound(f"{above}{key}"):
            yield f"{above}{key}", inside


def _is_sound(text: str) -> bool:
    return text.isascii() or text.encode("utf-8", "replace").decode("utf-8") == text


def _digest(parts: Sequence[str]) -> str:
    return sha256(json.dumps(list(parts)).encode()).hexdigest()
