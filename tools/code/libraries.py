"""Libraries: what of the host's Python a session may read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
)


def search_path() -> tuple[str, ...]:
    """Return where a session looks for modules: the standard library and what is installed.

    The host's own project is left out, as is everything else that is not a library.
    """
    roots = _prefixes()
    entries = (os.path.realpath(entry) for entry in sys.path if entry)
    installed = (
        entry
        for entry in entries
        if os.path.basename(entry) in ("site-packages", "dist-packages")
        or any(_is_within(entry, os.path.join(root, lib)) for root in roots for lib in _LIBS)
    )
    return tuple(dict.fromkeys(installed))


def readable_paths() -> tuple[str, ...]:
    """Return the files and folders that Python and its libraries need, outermost only."""
    libraries = (os.path.join(root, lib) for root in _prefixes() for lib in _LIBS)
    folders = [path for path in (*libraries, *search_path()) if os.path.isdir(path)]
    real = [os.path.realpath(path) for path in (*_SYSTEM, *folders) if os.path.exists(path)]
    links = [path for path in _SYSTEM if os.path.islink(path)]
    return (*_outermost(real), *links)


_LIBS = ("lib", "lib64")


def _prefixes() -> tuple[str, ...]:
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    return tuple(dict.fromkeys(os.path.realpath(prefix) for prefix in prefixes))


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(_is_within(path, other) for other in kept):
            kept.append(path)
    return kept


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def reachable_by_anyone(paths: Iterable[str]) -> bool:
    """Say whether a user without rights of their own could get to all of these paths."""
    return all(_all_may_enter(path) for path in paths if os.path.isdir(path))


def _all_may_enter(folder: str) -> bool:
    while True:
        if not os.stat(folder).st_mode & 0o001:
            return False
        parent = os.path.dirname(folder)
        if parent == folder:
            return True
        folder = parent
