"""Scope: on whose behalf something is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose data a call may see: a tenant, a person in it, and one of their threads."""

    tenant: str = "default"
    user: str | None = None
    """None when nobody in particular asks; there is then no personal memory."""
    thread_id: str
