"""Turns: what was asked and answered in a thread, as memory keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with its answer."""

    run_id: str
    question: str
    answer: str
    created_at: str
    """RFC 3339, UTC."""
