"""Support: how likely the cited texts carry a claim, from a few features and trained weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

from .standing import Standing
from .words import stems_of

_MOST_MISSING = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is counted about a claim and the texts it cites."""

    novelty: float
    """Share of its words that are nowhere in the texts, rare ones counting more."""
    covered: float
    """Share of its words that two neighbouring sentences have."""
    lacks: float
    """1 when a name, a number or a date of it is nowhere in the texts."""
    missing: float
    """How many of them, up to three."""


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
    found = (one.best(stems, width=2) for one in readings)
    names = [stems_of(name.text) for name in saying.names if not name.opens]
    missing = sum(not name <= known for name in names) + _figures_missing(standing)
    return Features(
        novelty=sum(weights[one] for one in stems - known) / (sum(weights.values()) or 1.0),
        covered=max((one.coverage for one in found if one is not None), default=0.0),
        lacks=float(missing > 0),
        missing=min(float(missing), _MOST_MISSING),
    )


def _figures_missing(standing: Standing) -> int:
    figures = standing.saying.figures
    facts = [standing.claim.facts.of(one.item) for one in standing.witnesses]
    numbers = [one for one in figures.numbers if not (one.word and one.value < 3)]
    return sum(not any(one.state(number) for one in facts) for number in numbers) + sum(
        not any(one.tell(day) for one in facts) for day in figures.days
    )
