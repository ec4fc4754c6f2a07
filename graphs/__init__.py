"""The state machine: state, nodes, edges, checks. The only home of LangGraph's graph API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .budget import Budget
from .checks import DEFAULT_CHECKS, AnswerCheck, Checks, Claim, ResultCheck, ResultSubject, judge
from .checks.answer import cited
from .checks.figures import Figures, figures_in
from .checks.numbers import Number, states
from .context import RunContext
from .ledger import CallLedger, CallRecord, EvidenceLedger
from .planning import PLAN_SPEC, CallGroup, draft, share
from .prompt_parts import RUN_NOTE
from .references import fill, follow, references, renamed
from .rendering import render
from .sentences import SentenceSplitter
from .state import RunState

if TYPE_CHECKING:
    from .approval import Decision
    from .checkpoints import Checkpoints
    from .driving import Desk, Durability, drive
    from .machine import Machine, build

_HOMES = {
    "Checkpoints": "checkpoints",
    "Decision": "approval",
    "Desk": "driving",
    "Durability": "driving",
    "Machine": "machine",
    "build": "machine",
    "drive": "driving",
}

__all__ = [
    "DEFAULT_CHECKS",
    "PLAN_SPEC",
    "RUN_NOTE",
    "AnswerCheck",
    "Budget",
    "CallGroup",
    "CallLedger",
    "CallRecord",
    "Checkpoints",
    "Checks",
    "Claim",
    "Decision",
    "Desk",
    "Durability",
    "EvidenceLedger",
    "Figures",
    "Machine",
    "Number",
    "ResultCheck",
    "ResultSubject",
    "RunContext",
    "RunState",
    "SentenceSplitter",
    "build",
    "cited",
    "draft",
    "drive",
    "figures_in",
    "fill",
    "follow",
    "judge",
    "references",
    "renamed",
    "render",
    "share",
    "states",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
