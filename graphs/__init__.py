"""The state machine: state, nodes, edges, checks. The only home of LangGraph's graph API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .budget import Budget
from .checks import (
    DEFAULT_CHECKS,
    AnswerCheck,
    AskModel,
    CallCheck,
    CallSubject,
    Check,
    Checks,
    Claim,
    MemoryCheck,
    MemorySubject,
    PlanCheck,
    PlanSubject,
    ResultCheck,
    ResultSubject,
    Review,
    Subject,
    Timekeeper,
    judge,
    timed,
)
from .checks.claims.confidence import answer_confidence
from .checks.claims.saying import cited
from .checks.claims.standing import Standing
from .checks.claims.support import FEATURES, MEANING_FEATURES, features_of
from .checks.claims.weights import LEXICAL, WITH_MEANING
from .checks.figures import Figures, figures_in
from .checks.numbers import Number, states
from .context import RunContext
from .ledger import CallLedger, CallRecord, EvidenceLedger
from .planning import PLAN_SPEC, CallGroup, draft
from .prompt_parts import CONTEXT_OPENS, RUN_NOTE, tokens_of_tools
from .references import fill, follow, references, renamed
from .rendering import render
from .sentences import SentenceSplitter
from .sharing import share
from .state import RunState

if TYPE_CHECKING:
    from .approval import Decision
    from .checkpoints import Checkpoints
    from .checks.claims.grounding import GroundingReview
    from .checks.claims.judging import JudgeReview
    from .checks.claims.meaning import Encoder, MeaningReview
    from .driving import Desk, Durability, drive
    from .machine import Machine, build

_HOMES = {
    "Checkpoints": "checkpoints",
    "Decision": "approval",
    "Desk": "driving",
    "Durability": "driving",
    "Encoder": "checks.claims.meaning",
    "GroundingReview": "checks.claims.grounding",
    "JudgeReview": "checks.claims.judging",
    "Machine": "machine",
    "MeaningReview": "checks.claims.meaning",
    "build": "machine",
    "drive": "driving",
}

__all__ = [
    "CONTEXT_OPENS",
    "DEFAULT_CHECKS",
    "FEATURES",
    "LEXICAL",
    "MEANING_FEATURES",
    "PLAN_SPEC",
    "RUN_NOTE",
    "WITH_MEANING",
    "AnswerCheck",
    "AskModel",
    "Budget",
    "CallCheck",
    "CallGroup",
    "CallLedger",
    "CallRecord",
    "CallSubject",
    "Check",
    "Checkpoints",
    "Checks",
    "Claim",
    "Decision",
    "Desk",
    "Durability",
    "Encoder",
    "EvidenceLedger",
    "Figures",
    "GroundingReview",
    "JudgeReview",
    "Machine",
    "MeaningReview",
    "MemoryCheck",
    "MemorySubject",
    "Number",
    "PlanCheck",
    "PlanSubject",
    "ResultCheck",
    "ResultSubject",
    "Review",
    "RunContext",
    "RunState",
    "SentenceSplitter",
    "Standing",
    "Subject",
    "Timekeeper",
    "answer_confidence",
    "build",
    "cited",
    "draft",
    "drive",
    "features_of",
    "figures_in",
    "fill",
    "follow",
    "judge",
    "references",
    "renamed",
    "render",
    "share",
    "states",
    "timed",
    "tokens_of_tools",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
