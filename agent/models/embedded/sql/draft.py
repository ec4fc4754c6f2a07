"""Drafts: a query with how sure its writer is of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "count", "number", "groups", "top", "share", "difference", "lookup", "list", "exists"
]


@dataclass(frozen=True, slots=True)
class Term:
    """One of the two numbers that a difference is made of."""

    name: str
    sql: str
    column: str
    """The column of its one row that holds the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A query written for a question."""

    sql: str
    shape: Shape
    unused: tuple[str, ...] = ()
    """Words of the question that the query does not rest on."""
    doubts: tuple[str, ...] = ()
    """Why it may not be what was meant."""
    terms: tuple[Term, ...] = ()
    """For a difference or a ratio: the two queries whose numbers it compares."""
    ratio_sql: str = ""
    """For a difference: the query of the ratio of the same two numbers."""
    operation: Literal["-", "/"] = "-"
    """What is done with the two terms."""

    @property
    def is_sure(self) -> bool:
        """True when it rests on every word that carries meaning."""
        return not self.unused and not self.doubts
