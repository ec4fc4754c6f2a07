"""Reranking: a second, closer look at the passages that a search found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Anything that reads a query and a passage together and says how well they fit."""

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """Return a score from 0 to 1 for each passage. Blocks; called from one thread at a time."""
        ...
