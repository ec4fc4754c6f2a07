"""The command's `wice` and `train`: how well labelled claims are told apart, and weights for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from surefoot.graphs import (
    DEFAULT_CHECKS,
    FEATURES,
    LEXICAL,
    MEANING_FEATURES,
    WITH_MEANING,
    MeaningReview,
    Standing,
    features_of,
    judge,
)
from surefoot.memory import MiniLM

from .learning import (
    REPEATS,
    Bools,
    Floats,
    Model,
    Tried,
    auroc,
    balanced,
    best_cut,
    calibration_error,
    fit,
    tried,
)
from .reliability import PLOT, SCORES, draw
from .wice import Labelled

_DRAWS = 1_000
_WEIGHTS = Path(__file__).parents[3] / "graphs" / "checks" / "claims" / "weights.py"
_FALSE_FLAGS = 0.03
"""Share of claims that hold which the trained check may refuse at most."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Labelled claims with all that the product counts about them."""

    holds: Bools
    groups: tuple[str, ...]
    failed: dict[str, Bools]
    """By check, which claims it refused."""
    lexical: Floats
    with_meaning: Floats


def measure(labelled: Sequence[Labelled]) -> Measured:
    """Have the checks and the encoder look at every claim."""
    review = MeaningReview(MiniLM())
    verdicts = [judge(DEFAULT_CHECKS.answer, one.claim) for one in labelled]
    names = sorted({verdict.check for told in verdicts for verdict in told})
    failed = {
        name: np.array([any(v.failed and v.check == name for v in told) for told in verdicts])
        for name in names
    }
    standings = [Standing.of(one.claim) for one in labelled]
    lexical = np.array([astuple(features_of(one)) for one in standings])
    near = np.array([review.near(one) for one in standings])
    return Measured(
        holds=np.array([one.holds for one in labelled]),
        groups=tuple(one.group for one in labelled),
        failed=failed,
        lexical=lexical,
        with_meaning=np.c_[lexical, near],
    )


def print_claims(labelled: Sequence[Labelled]) -> None:
    """Print every check and combination: what it refuses, and how sure that is."""
    told = measure(labelled)
    print(
        f"{len(told.holds)} claims of {len(set(told.groups))} articles, "
        f"{int(told.holds.sum())} hold; intervals by article; unsupported is what is to be found"
    )
    print(f"{'':<34}{'balanced':>20}{'precision':>11}{'recall':>8}{'F1':>7}{'false flags':>20}")
    rule = told.failed["numbers_in_evidence"] | told.failed["names_in_evidence"]
    rules = [one for name, one in told.failed.items() if name != "entailed"]
    for name, failed in (
        *told.failed.items(),
        ("a name or a number missing", rule),
        ("any rule", np.logical_or.reduce(rules)),
        ("any default check", np.logical_or.reduce(list(told.failed.values()))),
    ):
        _line(name, told, ~failed[None, :])
    for name, features in (
        ("trained, by words", told.lexical),
        ("with meaning", told.with_meaning),
    ):
        made = tried(features, told.holds, told.groups)
        _line(name, told, made.accepts)
        _calibration(told, made, f"{REPEATS} x 5 folds by article")
    for name, weights, names, features in (
        ("as shipped, by words", LEXICAL, FEATURES, told.lexical),
        ("as shipped, with meaning", WITH_MEANING, MEANING_FEATURES, told.with_meaning),
    ):
        model = Model(weights.bias, np.array([weights.by_name[one] for one in names]))
        likelihood = model.likelihood(features)[None, :]
        made = Tried(likelihood, likelihood >= weights.accept_from)
        _line(name, told, made.accepts)
        _calibration(told, made, "unseen unless this is WiCE's development part")


def _line(name: str, told: Measured, accepts: Bools) -> None:
    def over(score: Callable[[Bools, Bools], float], draw: np.ndarray) -> float:
        return float(np.mean([score(one[draw], told.holds[draw]) for one in accepts]))

    whole = np.arange(len(told.holds))
    low, high = _interval(lambda draw: over(balanced, draw), told.groups)
    false_low, false_high = _interval(lambda draw: over(_false_flags, draw), told.groups)
    precision, recall = over(_precision, whole), over(_recall, whole)
    f1 = 2 * precision * recall / (precision + recall) if recall else 0.0
    print(
        f"{name:<34}{over(balanced, whole):>7.3f} [{low:.3f}, {high:.3f}]"
        f"{precision:>9.3f}{recall:>9.3f}{f1:>8.3f}"
        f"{over(_false_flags, whole):>8.3f} [{false_low:.3f}, {false_high:.3f}]"
    )


def _calibration(told: Measured, made: Tried, how: str) -> None:
    def area(draw: np.ndarray) -> float:
        return float(np.mean([auroc(one[draw], told.holds[draw]) for one in made.likelihood]))

    low, high = _interval(area, told.groups)
    mean = made.likelihood.mean(axis=0)
    brier = float(((mean - told.holds) ** 2).mean())
    base = float(told.holds.mean() * (1 - told.holds.mean()))
    print(
        f"{'':<34}AUROC {area(np.arange(len(mean))):.3f} [{low:.3f}, {high:.3f}], "
        f"ECE {calibration_error(mean, told.holds):.3f}, Brier {brier:.3f} (guessing {base:.3f}), "
        f"{how}"
    )


def _interval(score: Callable[[np.ndarray], float], groups: Sequence[str]) -> tuple[float, float]:
    """Return the middle 95 % of a score over draws of whole groups."""
    chance = np.random.default_rng(0)
    names = sorted(set(groups))
    members = [np.flatnonzero(np.array(groups) == name) for name in names]
    scores = []
    for _ in range(_DRAWS):
        drawn = chance.integers(0, len(names), len(names))
        scores.append(score(np.concatenate([members[one] for one in drawn])))
    low, high = np.nanquantile(scores, [0.025, 0.975])
    return float(low), float(high)


def _false_flags(accepts: Bools, holds: Bools) -> float:
    return float((~accepts[holds]).mean())


def _recall(accepts: Bools, holds: Bools) -> float:
    return float((~accepts[~holds]).mean())


def _precision(accepts: Bools, holds: Bools) -> float:
    return float((~holds[~accepts]).mean()) if (~accepts).any() else float("nan")


def train(labelled: Sequence[Labelled]) -> None:
    """Write the weights, and the scores of claims whose article the model had not seen."""
    told = measure(labelled)
    parts = []
    for constant, names, features in (
        ("LEXICAL", FEATURES, told.lexical),
        ("WITH_MEANING", MEANING_FEATURES, told.with_meaning),
    ):
        model = fit(features, told.holds)
        unseen = tried(features, told.holds, told.groups).likelihood.mean(axis=0)
        refuse = float(np.quantile(unseen[told.holds], _FALSE_FLAGS))
        accept = best_cut(unseen, told.holds)
        weights = "".join(
            f'        "{name}": {weight:.4f},\n'
            for name, weight in zip(names, model.weights, strict=True)
        )
        parts.append(
            f"{constant} = Weights(\n    bias={model.bias:.4f},\n    by_name={{\n{weights}    }},\n"
            f"    refuse_below={refuse:.4f},\n    accept_from={accept:.4f},\n)\n"
        )
        if constant == "LEXICAL":
            _write_scores(told, unseen)
    head = _WEIGHTS.read_text(encoding="utf-8").partition("LEXICAL = ")[0]
    _WEIGHTS.write_text(head + "\n".join(parts), encoding="utf-8")


def _write_scores(told: Measured, unseen: Floats) -> None:
    """Keep likelihood, label and article of each claim, as numbers without their texts."""
    numbers = {name: n for n, name in enumerate(dict.fromkeys(told.groups))}
    lines = ["likelihood,holds,article"]
    for one, holds, group in zip(unseen, told.holds, told.groups, strict=True):
        lines.append(f"{one:.4f},{int(holds)},{numbers[group]}")
    SCORES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    PLOT.write_text(draw(), encoding="utf-8")
