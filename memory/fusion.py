"""Fusion: what keywords found and what meaning found, as one ranking.

Scores are added, not ranks: BM25 as a share of the best hit's, plus cosine similarity, each with
its weight. `docs/stores.md` says how the weights were measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNRELATED = 0.2
"""Cosine similarity below which a text that shares no word with the query is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each part of a score counts, beside a word of the text itself, which counts 1."""

    meaning: float = 1.0
    before: float = 0.5
    """A word of the two turns before, for turns of a conversation."""


WEIGHTS = Weights()


def fuse(
    keywords: Mapping[int, float], meaning: Mapping[int, float], weights: Weights = WEIGHTS
) -> dict[int, float]:
    """Return every row worth showing with its score from 0 to 1, best first.

    `keywords` gives BM25 and `meaning` cosine similarity, each for its best rows. A row that is
    not among the best by meaning counts as the last of them.
    """
    best = max(keywords.values(), default=0.0) or 1.0
    last = max(min(meaning.values(), default=0.0), 0.0)
    rows = {row for row in meaning if meaning[row] >= UNRELATED} | keywords.keys()
    scores = {
        row: (keywords.get(row, 0.0) / best + weights.meaning * max(meaning.get(row, last), 0.0))
        / (1 + weights.meaning)
        for row in rows
    }
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
