"""Checks: small functions that look at an intermediate output and give a verdict."""

from .answer import citations_exist, numbers_in_evidence
from .check import AnswerCheck, Checks, Claim, ResultCheck, ResultSubject, as_event, judge
from .facts import FactIndex
from .result import not_empty, not_injected

DEFAULT_CHECKS = Checks(
    result=(not_empty, not_injected),
    answer=(citations_exist, numbers_in_evidence),
)
"""What every run gets unless it is told otherwise."""

__all__ = [
    "DEFAULT_CHECKS",
    "AnswerCheck",
    "Checks",
    "Claim",
    "FactIndex",
    "ResultCheck",
    "ResultSubject",
    "as_event",
    "citations_exist",
    "judge",
    "not_empty",
    "not_injected",
    "numbers_in_evidence",
]
