"""Weights of the checks that ask whether texts carry a claim.

Written by `python -m surefoot.evals.bench.checks train`, from labelled claims.
"""

from __future__ import annotations

from .support import Weights

LEXICAL = Weights(
    bias=-1.5095,
    by_name={
        "novelty": -0.4018,
        "together": 3.4231,
        "lacks": -0.8397,
        "missing": -1.2599,
    },
    refuse_below=0.0729,
    accept_from=0.3320,
)

WITH_MEANING = Weights(
    bias=-11.4521,
    by_name={
        "novelty": 2.8016,
        "together": 1.4641,
        "lacks": -1.0734,
        "missing": -1.0832,
        "near": 12.9429,
    },
    refuse_below=0.0914,
    accept_from=0.3869,
)
