"""Subjects: what a check is given to look at, one kind for each stage of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import JsonValue

from surefoot.evidence import Evidence, Finding
from surefoot.plan import Plan, Step
from surefoot.tools import Tool, Toolbox, ToolOutput
from surefoot.verdicts import Outcome, Stage, Verdict

from .facts import FactIndex


class Subject:
    """Something a run has brought forth; a check answers with a verdict that it makes of it.

    The check's name is filled in by whoever asks the check.
    """

    __slots__ = ()

    stage: ClassVar[Stage]

    @property
    def claim_id(self) -> str | None:
        """What its verdicts name: the claim, or the step."""
        return None

    @property
    def grounds(self) -> tuple[str, ...]:
        """The evidence that its verdicts name when the check names none."""
        return ()

    def supported(self, *, evidence_ids: tuple[str, ...] | None = None) -> Verdict:
        """Say that the check found what it looked for."""
        return self.verdict("supported", evidence_ids=evidence_ids)

    def unsupported(
        self,
        code: str,
        reason: str,
        *,
        repair: str | None = None,
        evidence_ids: tuple[str, ...] | None = None,
    ) -> Verdict:
        """Say that this must not be built on. Neither reason nor repair may quote a claim."""
        return self.verdict("unsupported", code, reason, repair, evidence_ids)

    def contradicted(
        self,
        code: str,
        reason: str,
        *,
        repair: str | None = None,
        evidence_ids: tuple[str, ...] | None = None,
    ) -> Verdict:
        """Say that the evidence speaks against it. Neither reason nor repair may quote a claim."""
        return self.verdict("contradicted", code, reason, repair, evidence_ids)

    def not_checkable(self, code: str, reason: str, *, repair: str | None = None) -> Verdict:
        """Say that this check cannot decide; a repair is then no more than a hint."""
        return self.verdict("not_checkable", code, reason, repair)

    def not_checked(self, code: str, reason: str) -> Verdict:
        """Say that the check could not run."""
        return self.verdict("not_checked", code, reason)

    def verdict(
        self,
        outcome: Outcome,
        code: str = "",
        reason: str = "",
        repair: str | None = None,
        evidence_ids: tuple[str, ...] | None = None,
    ) -> Verdict:
        """Return a verdict on this subject."""
        return Verdict(
            stage=self.stage,
            check="",
            outcome=outcome,
            code=code,
            reason=reason,
            claim_id=self.claim_id,
            evidence_ids=self.grounds if evidence_ids is None else evidence_ids,
            repair=repair,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSubject(Subject):
    """A plan, before anything of it runs."""

    stage: ClassVar[Stage] = "plan"

    plan: Plan
    toolbox: Toolbox
    known: Collection[str] = ()
    """The earlier steps of the run, whose results references may name too."""
    unreadable: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why calls of the model's message have become no step, by tool."""
    steps_left: int = 1_000
    """Tool calls that may still be made."""
    question: str = ""
    evidence: tuple[Evidence, ...] = ()
    """What the run has found so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSubject(Subject):
    """One call with its arguments filled in, before it is made."""

    stage: ClassVar[Stage] = "call"

    step: Step
    tool: Tool
    args: dict[str, JsonValue]
    question: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def claim_id(self) -> str:
        """The step."""
        return self.step.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSubject(Subject):
    """The result of one step, before anything builds on it."""

    stage: ClassVar[Stage] = "result"

    step: Step
    tool: Tool
    args: dict[str, JsonValue]
    output: ToolOutput
    question: str = ""
    found: tuple[Evidence, ...] = ()
    """The result as the run's evidence."""
    evidence: tuple[Evidence, ...] = ()
    """The run's whole ledger, the result included."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, as it is kept."""
        return self.found or self.output.findings

    @property
    def claim_id(self) -> str:
        """The step."""
        return self.step.id

    @property
    def grounds(self) -> tuple[str, ...]:
        """The evidence that the step brought."""
        return tuple(item.id for item in self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Subject):
    """One sentence of an answer, with what it cites."""

    stage: ClassVar[Stage] = "answer"

    id: str
    text: str
    cited_ids: tuple[str, ...]
    cited: tuple[Evidence, ...]
    """The cited evidence that exists."""
    evidence: tuple[Evidence, ...]
    """The run's whole ledger."""
    question: str
    earlier: str = ""
    """What was said in the thread before the question."""
    before: tuple[str, ...] = ()
    """The sentences of the same answer that stand before it, or wait to be released."""
    facts: FactIndex = field(default_factory=FactIndex)
    """The figures of the evidence, read once for all claims."""

    @property
    def claim_id(self) -> str:
        """The claim."""
        return self.id

    @property
    def grounds(self) -> tuple[str, ...]:
        """The evidence that it cites."""
        return tuple(item.id for item in self.cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySubject(Subject):
    """Something that is about to be remembered."""

    stage: ClassVar[Stage] = "memory"

    text: str
    said: tuple[str, ...] = ()
    """The user's own words in the thread."""
    cited: tuple[Evidence, ...] = ()
    """The evidence it is drawn from."""
    turn: str = ""
    """The run whose turn it is drawn from; empty when it is from none."""
    evidence: tuple[Evidence, ...] = ()
    """The run's whole ledger; what is untrusted in it must not be taken for the user's words."""
    will_be_asked: bool = False
    """True when a person decides on untrusted words before it is kept."""
    step: str | None = None
    """The step that wants it kept."""

    @property
    def claim_id(self) -> str | None:
        """The step, if it is one."""
        return self.step

    @property
    def grounds(self) -> tuple[str, ...]:
        """The evidence it is drawn from."""
        return tuple(item.id for item in self.cited)
