"""Naming: any name, as every model provider accepts it, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]+")
_LONGEST = 64
_DIGEST = 8


def is_legal(name: str) -> bool:
    """Return whether every model provider accepts the name."""
    return _LEGAL.fullmatch(name) is not None


def provider_name(name: str) -> str:
    """Return the name itself if it is legal, else a legal one that no other name becomes.

    It is made of what is legal in the name and a digest of the whole: `a.b` and `a b` differ.
    """
    if is_legal(name):
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    stem = _ILLEGAL.sub("_", name).strip("_")[: _LONGEST - _DIGEST - 1]
    return f"{stem}_{digest}" if stem else f"tool_{digest}"


def foreign_names(names: Iterable[str]) -> dict[str, str]:
    """Return each name under the one that providers are given, to map it back."""
    return {provider_name(name): name for name in names}
