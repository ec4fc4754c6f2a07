"""Results: grades of traces, kept by content, counted, compared and written out."""

from .gates import Gate, gate_of, missed, verdicts_of
from .grading import grade_files, grade_traces, graded, references_from
from .junit import junit
from .pairing import compare_results
from .result import Result, key_of
from .store import ResultStore
from .summary import Line, breakdown, pass_rates, summarise

__all__ = [
    "Gate",
    "Line",
    "Result",
    "ResultStore",
    "breakdown",
    "compare_results",
    "gate_of",
    "grade_files",
    "grade_traces",
    "graded",
    "junit",
    "key_of",
    "missed",
    "pass_rates",
    "references_from",
    "summarise",
    "verdicts_of",
]
