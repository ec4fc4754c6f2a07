"""Entailment: does what is cited carry the claim, as a whole?"""

from __future__ import annotations

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .standing import Standing
from .support import Weights, features_of
from .weights import LEXICAL

_FEWEST_STEMS = 3
"""Words of meaning from which on a claim says enough to be looked for."""

_FOREIGN = 0.24
"""A claim is refused when no three neighbouring sentences have this share of its words, which one
in a hundred claims that hold falls short of."""


@timed(0.5)
def entailed(claim: Claim) -> Verdict | None:
    """Find claims that the cited texts do not carry, by words, names and figures in common.

    What it leaves open is for reviews, such as `MeaningReview`, to decide.
    """
    standing = Standing.of(claim)
    if not may_be_judged(standing):
        return None
    features = features_of(standing)
    likelihood = LEXICAL.likelihood(features)
    if features.together < _FOREIGN:
        likelihood = min(likelihood, LEXICAL.refuse_below / 2)
    return judged(claim, likelihood, LEXICAL)


def may_be_judged(standing: Standing) -> bool:
    """Return whether a sentence rests on prose alone and says enough of its own."""
    return (
        bool(standing.claim.cited)
        and all(one.is_prose for one in standing.witnesses)
        and not standing.saying.is_title
        and len(standing.saying.stems) >= _FEWEST_STEMS
    )


def judged(claim: Claim, likelihood: float, weights: Weights) -> Verdict:
    """Return the verdict that a likelihood stands for."""
    if likelihood < weights.refuse_below:
        verdict = claim.unsupported(
            "not_entailed",
            "What the sentence cites does not carry it.",
            repair="Cite the passage that says it, or say only what the cited one says.",
        )
    elif likelihood < weights.accept_from:
        verdict = claim.not_checkable("unsure", "By words in common this cannot be decided.")
    else:
        verdict = claim.supported()
    return verdict.model_copy(update={"confidence": round(likelihood, 3)})
