"""Meaning: a claim held against the cited texts word by word, by an encoder's vectors."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from surefoot.verdicts import Verdict

from ..check import AskModel
from ..subjects import Claim
from .entailed import judged, may_be_judged
from .standing import Standing
from .support import features_of
from .weights import WITH_MEANING
from .words import GRAMMAR

_MOST_SENTENCES = 60
_KEPT = 512

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into one vector a word, or part of a word."""

    def words(self, texts: Sequence[str]) -> list[tuple[list[str], Vectors]]:
        """Return for each text its words in small letters, and their vectors of length one."""
        ...


class MeaningReview:
    """Decides what the counted features leave open, with an encoder such as `MiniLM`.

    The encoder works in a thread of its own, so that other runs go on streaming.
    """

    name = "meaning"

    def __init__(self, encoder: Encoder, *, seconds: float = 5.0) -> None:
        self.seconds = seconds
        self._encoder = encoder
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Return a verdict on claims that cite texts; the run's model is not asked."""
        standing = Standing.of(claim)
        if not may_be_judged(standing):
            return None
        near = await asyncio.to_thread(self.near, standing)
        likelihood = WITH_MEANING.likelihood(features_of(standing), near)
        return judged(claim, likelihood, WITH_MEANING)

    def near(self, standing: Standing) -> float:
        """Return how near the claim's words are, on average, to the nearest word of the texts."""
        ((said, vectors),) = self._encoder.words([standing.saying.text])
        counts = [one not in GRAMMAR and any(map(str.isalnum, one)) for one in said]
        ours = vectors[counts] if any(counts) else vectors
        near = np.zeros(len(ours), np.float32)
        for theirs in self._vectors(_sentences(standing)):
            if len(theirs) and len(ours):
                near = np.maximum(near, (ours @ theirs.T).max(axis=1))
        return float(near.mean()) if len(near) else 0.0

    def _vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """Return the vectors of sentences; those seen before come out of a cache."""
        with self._lock:
            new = [one for one in dict.fromkeys(texts) if one not in self._known]
            self._known.update(zip(new, (row for _, row in self._encoder.words(new)), strict=True))
            vectors = [self._known[one] for one in texts]
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return vectors


def _sentences(standing: Standing) -> list[str]:
    """Return the sentences of the texts, first those that have most of the claim's words."""
    share = max(_MOST_SENTENCES // max(len(standing.texts), 1), 4)
    found: list[str] = []
    for witness in standing.texts:
        near = witness.reading.near(standing.saying.stems, most=share)
        rest = (one for one in witness.reading.passages if one not in near)
        found += [one.text for one in (*near, *islice(rest, share - len(near)))]
    return found
