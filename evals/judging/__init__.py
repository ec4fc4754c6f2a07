"""Judging: a model as a grader, recorded and calibrated against people or facts."""

from .calibration import Calibration, calibrate, corrected_share
from .judge import Judge, Judgement, judge_traces, judged, unjudged

__all__ = [
    "Calibration",
    "Judge",
    "Judgement",
    "calibrate",
    "corrected_share",
    "judge_traces",
    "judged",
    "unjudged",
]
