"""The clock that memory reads unless it is given another."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time of now, RFC 3339."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
