"""Support: how likely the cited texts carry a claim, from a few features and trained weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

from .missing import missing
from .standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is counted about a claim and the texts it cites."""

    novelty: float
    """Share of its words that are nowhere in the texts, rare ones counting more."""
    together: float
    """Share of its words that three neighbouring sentences have."""
    lacks: float
    """1 when anything of a name, a number or a date of it is nowhere in the texts."""
    missing: float
    """How much of them, as the root of their number."""


FEATURES = tuple(one.name for one in fields(Features))
MEANING_FEATURES = (*FEATURES, "near")
"""`near`: how near its words are, on average, to the nearest word of the texts, by an encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic regression, trained on claims that people have labelled."""

    bias: float
    by_name: Mapping[str, float]
    refuse_below: float
    """Likelihoods below are refused: so few claims that hold have them."""
    accept_from: float
    """Likelihoods from here on more often belong to claims that hold than to others."""

    def likelihood(self, features: Features, near: float | None = None) -> float:
        """Return how likely it is that a claim with such features is carried by what it cites."""
        values = (*astuple(features), *(() if near is None else (near,)))
        told = zip(MEANING_FEATURES, values, strict=False)
        return 1 / (
            1 + math.exp(-(self.bias + sum(self.by_name[name] * one for name, one in told)))
        )


def features_of(standing: Standing) -> Features:
    """Count what the weights are for."""
    saying = standing.saying
    readings = [one.reading for one in standing.texts]
    stems = saying.stems
    weights = {stem: max((one.weight(stem) for one in readings), default=1.0) for stem in stems}
    known = frozenset().union(*(one.stems for one in readings)) | standing.said_stems
    lacking = missing(standing, known)
    return Features(
        novelty=sum(weights[one] for one in stems - known) / (sum(weights.values()) or 1.0),
        together=max((one.together(stems) for one in readings), default=0.0),
        lacks=float(bool(lacking)),
        missing=math.sqrt(sum(lacking)),
    )
