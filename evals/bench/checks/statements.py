"""Statements: true sentences with their evidence, and what each would be if it went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from surefoot.evidence import Evidence, Finding

Fault = Literal[
    "number",
    "unit",
    "date",
    "entity",
    "negation",
    "superlative",
    "citation",
    "wrong_row",
    "condition",
    "quote",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
HERE = "[@]"
"""Stands in a text where its own evidence is cited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A true sentence, the evidence it rests on, and false ones made from it."""

    text: str
    finding: Finding
    faults: Mapping[Fault, str] = field(default_factory=dict[Fault, str])
    kind: str
    """How it was made, such as `superlative`."""
    source: str
    """The table or page it is about."""
    frozen: bool
    """True when its source was set apart before the checks were tuned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Some statements said together, with evidence that has nothing to do with them beside it."""

    statements: tuple[Statement, ...]
    evidence: tuple[Evidence, ...]

    @property
    def frozen(self) -> bool:
        """True when its sources were set apart."""
        return self.statements[0].frozen

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it says, with its citations."""
        return tuple(
            one.text.replace(HERE, f"[S{place}]") for place, one in enumerate(self.statements, 1)
        )

    def broken(self, fault: Fault) -> tuple[int, str] | None:
        """Return which sentence goes wrong in this way, and what it then says."""
        if fault == "citation":
            return 0, self.statements[0].text.replace(HERE, f"[{self._invented()}]")
        for place, one in enumerate(self.statements):
            if (wrong := one.faults.get(fault)) is not None:
                return place, wrong.replace(HERE, f"[S{place + 1}]")
        return None

    def _invented(self) -> str:
        """Cite what does not exist, or every second time what says nothing about it."""
        exists = len(self.statements[0].text) % 2
        return f"S{len(self.evidence)}" if exists else f"S{len(self.evidence) + 5}"


def numbered(findings: tuple[Finding, ...]) -> tuple[Evidence, ...]:
    """Return findings as the evidence of a run."""
    return tuple(
        Evidence(
            id=f"S{number}",
            created_at="",
            source=one.source,
            content=one.content,
            data=one.data,
        )
        for number, one in enumerate(findings, 1)
    )
