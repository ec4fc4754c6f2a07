"""Editions: the state of what is read in, so that answers kept before it changed are void."""

from __future__ import annotations

from pathlib import Path

_OF_READERS = (".sqlite-shm", ".db-shm", ".lock")
"""Files that reading alone makes."""
_PLACES = ("documents/*", "tables/*", "tenants/*/tables/*")


def data_edition(folder: Path) -> str:
    """Return what changes whenever documents or tables do; reads nothing but dates and sizes.

    It may change once more when their files are closed: that costs a few kept answers, and an
    answer from old documents would cost more.
    """
    return " ".join(
        f"{path.name}:{seen.st_mtime_ns}:{seen.st_size}"
        for pattern in _PLACES
        for path in sorted(folder.glob(pattern))
        if path.is_file() and (seen := path.stat()).st_size and path.suffix not in _OF_READERS
    )
