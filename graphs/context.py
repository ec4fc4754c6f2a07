"""Context: what a run is given to work with, and what it keeps in memory while it runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import JsonValue

from surefoot.answer import Answer
from surefoot.events import Event
from surefoot.limits import OwnKnowledge, ReleasePolicy
from surefoot.memory import Memory
from surefoot.messages import Image
from surefoot.model import ChatModel
from surefoot.scope import Scope
from surefoot.tools import DEFAULT_POLICY, Origins, Policy, Toolbox
from surefoot.verdicts import Verdict

from .budget import Budget
from .checks import Checks, FactIndex, Timekeeper, as_event
from .ledger import CallLedger, CallRecord, EvidenceLedger


@dataclass(slots=True, kw_only=True)
class RunContext:
    """One run's surroundings: passed in, never reached for."""

    run_id: str
    scope: Scope
    model: ChatModel
    toolbox: Toolbox
    instructions: str
    """The system prompt."""
    prompt_version: str = ""
    """Which template the system prompt was made from."""
    budget: Budget
    ledger: EvidenceLedger
    emit: Callable[[Event], None]
    now: Callable[[], str]
    checks: Checks
    ticks: Callable[[], float] = time.perf_counter
    """Measures how long something takes."""
    policy: ReleasePolicy = "hold"
    own_knowledge: OwnKnowledge = "withhold"
    images: tuple[Image, ...] = ()
    """What the question shows beside its words."""
    memory: Memory | None = None
    checkpointed: bool = True
    """False when the machine has no checkpointer, so that nothing can be resumed."""
    calls: CallLedger | None = None
    """None keeps no call ledger: a crash then makes the calls again."""
    known_calls: dict[str, CallRecord] = field(default_factory=dict[str, CallRecord])
    """What earlier attempts of this run left in the call ledger."""
    announced: set[str] = field(default_factory=set[str])
    """Calls and checks whose events have already been told, by this attempt or an earlier one."""
    has_acted: bool = False
    """True once a tool with side effects has been called, or may have been before a crash."""
    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Results of finished steps, by step id."""
    taint: Policy = DEFAULT_POLICY
    """What is asked or refused by where a call's arguments come from."""
    said: list[str] = field(default_factory=list[str])
    """What the user has said in the thread, as far as the model was given it."""
    origins: Origins | None = None
    """What is known of where words come from; made when a call first needs it."""
    noted: int = 0
    """How many pieces of evidence `origins` knows."""
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    facts: FactIndex = field(default_factory=FactIndex)
    """The figures of the evidence, for the checks."""
    timekeeper: Timekeeper = field(default_factory=Timekeeper)
    """Knows which checks took too long in this run."""
    sentences: int = 0
    """Numbers of sentences that have been used up by words which do not stand any more."""
    released: list[str] = field(default_factory=list[str])
    """The answer so far, sentence by sentence as it left."""
    answer: Answer | None = None
    attempt: str = field(default_factory=lambda: os.urandom(4).hex())
    """Tells what this attempt asked a person from what an earlier one did."""

    @property
    def question(self) -> str:
        """What the run was asked."""
        return self.said[-1] if self.said else ""

    def note(self, verdict: Verdict) -> None:
        """Tell of a verdict, and keep it when it failed."""
        if verdict.failed:
            self.verdicts.append(verdict)
        self.emit(as_event(verdict))

    def first(self, what: str) -> bool:
        """Return whether `what` is told for the first time, and note that it is told."""
        if what in self.announced:
            return False
        self.announced.add(what)
        return True
