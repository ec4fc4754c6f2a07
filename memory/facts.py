"""Facts: what is known about each person, where it was said, and from when until when it holds."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.evidence import Finding, MemorySource, Trust

from .kinds import FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Something about a person that is to be remembered."""

    text: str
    """One sentence, with the person as `I` or as `the user`."""
    kind: FactKind | None = None
    """None lets the rules tell."""
    confidence: float = 1.0
    """From 0 to 1: 1 for what the person said in so many words."""
    run_id: str | None = None
    """The run in whose question it was said."""
    evidence_id: str | None = None
    """The evidence of that run it was drawn from, when it was not said but found."""
    observed_at: str | None = None
    """When it was said; None means now."""
    valid_from: str | None = None
    """From when it holds, as precise as was told; None lets the rules read the sentence."""
    valid_to: str | None = None
    replaces: tuple[str, ...] = ()
    """Memory ids of the person's facts that hold no longer now that this does."""
    corrects: bool = False
    """True when what it replaces was never so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something remembered about a person."""

    memory_id: str
    text: str
    """As it was said."""
    kind: FactKind = "fact"
    subject: str | None = None
    """What it is about, where a rule knows; a newer fact about it takes its place."""
    confidence: float = 1.0
    thread_id: str
    run_id: str | None = None
    evidence_id: str | None = None
    created_at: str = ""
    """RFC 3339, when it was written down."""
    observed_at: str
    """RFC 3339, when it was said."""
    valid_from: str | None = None
    """From when it holds; None when nobody said."""
    valid_to: str | None = None
    """Until when it holds or held; None when it is not known to have ended."""
    superseded_by: str | None = None
    """The fact that took its place."""
    superseded_at: str | None = None
    """When it became history; None while it is current."""
    was_wrong: bool = False
    """True when it was corrected: it was never so."""
    last_used_at: str | None = None
    """When an answer last cited it."""
    uses: int = 0
    """How many answers have cited it."""

    @property
    def said(self) -> str:
        """The text, with its end where it is history and does not say so itself."""
        if self.superseded_at is None:
            return self.text
        if self.was_wrong:
            return f"{self.text} (corrected {self.superseded_at[:10]})"
        until = (self.valid_to or self.superseded_at)[:10]
        return self.text if until in self.text else f"{self.text} (until {until})"

    def finding(self, score: float) -> Finding:
        """Return it as evidence."""
        source = MemorySource(
            memory_id=self.memory_id,
            thread_id=self.thread_id,
            run_id=self.run_id,
            observed_at=self.observed_at,
        )
        trust: Trust = "untrusted" if self.evidence_id else "trusted"
        return Finding(source=source, content=self.said, trust=trust, score=score)


def fact_id(row: int) -> str:
    """Return the memory id of a fact."""
    return f"fact-{row}"


def row_of(memory_id: str) -> int | None:
    """Return the row of a fact's memory id; None for what is none."""
    number = memory_id.removeprefix("fact-")
    return int(number) if number != memory_id and number.isdecimal() else None
