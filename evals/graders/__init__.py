"""Graders: pure functions of a recorded trace and what was expected of it."""

from .abstaining import Abstention
from .answering import AnswerMatch
from .arguments import ArgumentSchema
from .behaviour import Budgets, ErrorRecovery, Loops
from .grade import Grade, Grader, config_of, grade
from .grounding import Groundedness
from .judged import Judged
from .matching import Alignment, Mode, align, longest_common, maximum_matching
from .names import GRADERS, grader_of
from .outcomes import Outcome
from .policies import PolicyReplay, Rule
from .reference import AnswerSpec, ExpectedCall, Reference, read_reference
from .trajectory import TrajectoryMatch
from .typed_json import Coercions, equal

__all__ = [
    "GRADERS",
    "Abstention",
    "Alignment",
    "AnswerMatch",
    "AnswerSpec",
    "ArgumentSchema",
    "Budgets",
    "Coercions",
    "ErrorRecovery",
    "ExpectedCall",
    "Grade",
    "Grader",
    "Groundedness",
    "Judged",
    "Loops",
    "Mode",
    "Outcome",
    "PolicyReplay",
    "Reference",
    "Rule",
    "TrajectoryMatch",
    "align",
    "config_of",
    "equal",
    "grade",
    "grader_of",
    "longest_common",
    "maximum_matching",
    "read_reference",
]
