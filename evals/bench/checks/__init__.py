"""How well the answer checks find what is wrong, how often they are wrong, and what they cost."""

from .faults import Trial, rates, trials
from .learning import auroc, balanced, calibration_error, fit, tried
from .reliability import PLOT, draw
from .statements import FAULTS, Answer, Fault, Statement
from .suite import answers
from .sureness import Looked, answers_said, share_true
from .wice import Labelled, labelled_claims

__all__ = [
    "FAULTS",
    "PLOT",
    "Answer",
    "Fault",
    "Labelled",
    "Looked",
    "Statement",
    "Trial",
    "answers",
    "answers_said",
    "auroc",
    "balanced",
    "calibration_error",
    "draw",
    "fit",
    "labelled_claims",
    "rates",
    "share_true",
    "trials",
    "tried",
]
