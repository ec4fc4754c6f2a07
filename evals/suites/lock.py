"""Locks: the hash of each item, so that an item that has changed shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from surefoot.errors import InputError

from .dataset import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How a suite differs from its lock file."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)

    def __str__(self) -> str:
        parts = [
            f"{word}: {', '.join(names)}"
            for word, names in (
                ("changed", self.changed),
                ("added", self.added),
                ("removed", self.removed),
            )
            if names
        ]
        return "; ".join(parts)


def lock_path(suite: Suite) -> Path:
    """Return where the lock file of a suite lies."""
    return suite.path.with_suffix(".lock.json")


def write_lock(suite: Suite) -> Path:
    """Write the hashes of a suite's items."""
    path = lock_path(suite)
    hashes = {item.id: item.hash for item in suite.items}
    body = {"suite": suite.name, "items": hashes}
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def changes(suite: Suite) -> Changes | None:
    """Return how the suite differs from its lock, or None when there is no lock."""
    path = lock_path(suite)
    if not path.exists():
        return None
    try:
        locked: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["items"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no lock file ({error}); write it again.") from None
    now = {item.id: item.hash for item in suite.items}
    return Changes(
        changed=tuple(name for name in now if name in locked and locked[name] != now[name]),
        added=tuple(name for name in now if name not in locked),
        removed=tuple(name for name in locked if name not in now),
    )
