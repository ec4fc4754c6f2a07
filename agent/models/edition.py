"""Editions: the state of what is read in, so that answers kept before it changed are void."""

from __future__ import annotations

from pathlib import Path

_PLACES = ("documents/*", "tables/*", "tenants/*/tables/*")


def data_edition(folder: Path) -> str:
    """Return what changes whenever documents or tables do; reads nothing but dates and sizes."""
    return " ".join(
        f"{path.name}:{(seen := path.stat()).st_mtime_ns}:{seen.st_size}"
        for pattern in _PLACES
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    )
