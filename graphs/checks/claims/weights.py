"""Weights of the checks that ask whether texts carry a claim.

Written by `python -m surefoot.evals.bench.checks train`, from labelled claims.
"""

from __future__ import annotations

from .support import Weights

LEXICAL = Weights(
    bias=-0.7297,
    by_name={
        "novelty": -0.8058,
        "covered": 2.7716,
        "lacks": -1.4082,
        "missing": -0.4664,
    },
    refuse_below=0.0756,
    accept_from=0.3373,
)

WITH_MEANING = Weights(
    bias=-11.4352,
    by_name={
        "novelty": 2.6330,
        "covered": 0.8822,
        "lacks": -1.6529,
        "missing": -0.3271,
        "near": 13.5486,
    },
    refuse_below=0.0992,
    accept_from=0.3951,
)
