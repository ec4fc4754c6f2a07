"""Judging: a model as a grader, recorded and calibrated against people or facts."""

from .calibration import Calibration, calibrate, corrected_share
from .judge import Judged, Judgement, judge_traces, judged

__all__ = [
    "Calibration",
    "Judged",
    "Judgement",
    "calibrate",
    "corrected_share",
    "judge_traces",
    "judged",
]
