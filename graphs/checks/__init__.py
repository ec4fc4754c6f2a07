"""Checks: small functions that look at an intermediate output and give a verdict."""

from .answer import citations_exist, numbers_in_evidence
from .check import (
    AnswerCheck,
    AskModel,
    CallCheck,
    Check,
    Checks,
    MemoryCheck,
    PlanCheck,
    ResultCheck,
    Review,
    as_event,
    timed,
)
from .claims.disagreeing import evidence_agrees
from .claims.entailed import entailed
from .claims.knowing import words_in_evidence
from .claims.measuring import units_agree
from .claims.naming import names_in_evidence
from .claims.quotes import quotes_in_evidence
from .claims.ranking import directions_agree
from .claims.rows import rows_agree
from .claims.wording import wording_agrees
from .coverage import covers_question
from .disagreement import tools_agree
from .facts import FactIndex
from .injected import not_injected
from .judging import Timekeeper, judge
from .remembered import has_source, no_secret
from .result import no_empty_column, not_an_error, not_cut, not_doubted, not_empty
from .subjects import CallSubject, Claim, MemorySubject, PlanSubject, ResultSubject, Subject

DEFAULT_CHECKS = Checks(
    plan=(covers_question,),
    result=(
        not_empty,
        not_an_error,
        not_doubted,
        not_cut,
        no_empty_column,
        tools_agree,
        not_injected,
    ),
    answer=(
        citations_exist,
        numbers_in_evidence,
        units_agree,
        rows_agree,
        directions_agree,
        quotes_in_evidence,
        names_in_evidence,
        words_in_evidence,
        wording_agrees,
        entailed,
        evidence_agrees,
    ),
    memory=(no_secret, has_source),
    required=("citations_exist", "numbers_in_evidence"),
)
"""What every run gets unless it is told otherwise."""

__all__ = [
    "DEFAULT_CHECKS",
    "AnswerCheck",
    "AskModel",
    "CallCheck",
    "CallSubject",
    "Check",
    "Checks",
    "Claim",
    "FactIndex",
    "MemoryCheck",
    "MemorySubject",
    "PlanCheck",
    "PlanSubject",
    "ResultCheck",
    "ResultSubject",
    "Review",
    "Subject",
    "Timekeeper",
    "as_event",
    "citations_exist",
    "covers_question",
    "directions_agree",
    "entailed",
    "evidence_agrees",
    "has_source",
    "judge",
    "names_in_evidence",
    "no_empty_column",
    "no_secret",
    "not_an_error",
    "not_cut",
    "not_doubted",
    "not_empty",
    "not_injected",
    "numbers_in_evidence",
    "quotes_in_evidence",
    "rows_agree",
    "timed",
    "tools_agree",
    "units_agree",
    "wording_agrees",
    "words_in_evidence",
]
