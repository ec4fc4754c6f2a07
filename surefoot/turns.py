"""Turns: what was asked and answered in a thread, as memory keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A piece of evidence that an answer cites, in short: what a turn keeps of its results."""

    id: str
    """As the answer names it, such as `S3`."""
    where: str
    """One line: the kind, and where it comes from."""
    memory_id: str | None = None
    """The memory that it is, when it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with its answer."""

    run_id: str
    question: str
    answer: str
    created_at: str
    """RFC 3339, UTC."""
    evidence: tuple[Cited, ...] = ()
    """What the answer cites."""
