"""Learning: a logistic regression, trained and tried on different groups, with plain NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_RIDGE = 2.0
_FOLDS = 5
REPEATS = 10


@dataclass(frozen=True, slots=True)
class Model:
    """Weights for features as they are, not scaled."""

    bias: float
    weights: Floats

    def likelihood(self, features: Floats) -> Floats:
        """Return the likelihood of each row."""
        told: Floats = 1 / (1 + np.exp(-(self.bias + features @ self.weights)))
        return told


def fit(features: Floats, holds: Bools) -> Model:
    """Train by Newton's method, with a ridge on scaled features."""
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.c_[np.ones(len(features)), (features - centre) / spread]
    ridge = np.eye(rows.shape[1]) * _RIDGE
    ridge[0, 0] = 1e-6
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        told = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (told - holds) + ridge @ weights
        bend = (rows * (told * (1 - told))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(bend, slope)
    plain = weights[1:] / spread
    return Model(float(weights[0] - plain @ centre), plain)


@dataclass(frozen=True, slots=True)
class Tried:
    """What models said of claims whose groups they had not seen, once a repeat."""

    likelihood: Floats
    accepts: Bools
    """Decided at the threshold that was best on what the model had seen."""


def tried(features: Floats, holds: Bools, groups: Sequence[str], *, seed: int = 0) -> Tried:
    """Cross-validate by group."""
    likelihood = np.zeros((REPEATS, len(holds)))
    accepts = np.zeros((REPEATS, len(holds)), np.bool_)
    for repeat, unseen in _folds(groups, seed):
        model = fit(features[~unseen], holds[~unseen])
        cut = best_cut(model.likelihood(features[~unseen]), holds[~unseen])
        likelihood[repeat, unseen] = model.likelihood(features[unseen])
        accepts[repeat, unseen] = likelihood[repeat, unseen] >= cut
    return Tried(likelihood, accepts)


def _folds(groups: Sequence[str], seed: int) -> Iterator[tuple[int, Bools]]:
    chance = np.random.default_rng(seed)
    names = sorted(set(groups))
    for repeat in range(REPEATS):
        fold = dict(zip(names, chance.permutation(len(names)) % _FOLDS, strict=True))
        of_claim = np.array([fold[one] for one in groups])
        for one in range(_FOLDS):
            yield repeat, of_claim == one


def best_cut(likelihood: Floats, holds: Bools) -> float:
    """Return the middle of the thresholds whose balanced accuracy is within a point of the best."""
    cuts = np.quantile(likelihood, np.linspace(0.02, 0.98, 97))
    scores = np.array([balanced(likelihood >= cut, holds) for cut in cuts])
    return float(cuts[scores >= scores.max() - 0.01].mean())


def balanced(accepts: Bools, holds: Bools) -> float:
    """Return the balanced accuracy of a decision."""
    return float((accepts[holds].mean() + (~accepts[~holds]).mean()) / 2)


def auroc(scores: Floats, holds: Bools) -> float:
    """Return the chance that a claim that holds scores above one that does not."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    yes, no = holds.sum(), (~holds).sum()
    return float((ranks[holds].sum() - yes * (yes + 1) / 2) / (yes * no))


def calibration_error(likelihood: Floats, holds: Bools, *, bins: int = 10) -> float:
    """Return the expected calibration error, over bins with equally many claims."""
    order = np.argsort(likelihood)
    parts = np.array_split(order, bins)
    gaps = [abs(likelihood[part].mean() - holds[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(holds))
