"""Ledgers: the evidence a run stands on, and the calls it has completed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from surefoot.evidence import Evidence, Finding
from surefoot.tools import ToolOutput

from .bounded import bounded


class EvidenceLedger:
    """A run's evidence, numbered on from what the thread already has."""

    def __init__(
        self, *, numbered: int = 0, now: Callable[[], str], found: Iterable[Evidence] = ()
    ) -> None:
        self._now = now
        self._items: dict[str, Evidence] = {item.id: item for item in found}
        self._earlier: dict[str, tuple[str, Evidence]] = {}
        self._last = max([numbered, *(int(key[1:]) for key in self._items)])

    def record(self, findings: Sequence[Finding], *, call_id: str | None) -> tuple[Evidence, ...]:
        """Number the findings, keep them and return them as evidence."""
        now = self._now()
        added: list[Evidence] = []
        for finding in findings:
            self._last += 1
            item = Evidence(
                id=f"S{self._last}",
                call_id=call_id,
                created_at=now,
                source=finding.source,
                content=finding.content,
                trust=finding.trust,
                score=finding.score,
                data=bounded(finding),
            )
            self._items[item.id] = item
            added.append(item)
        return tuple(added)

    def admit(self, run_id: str, found: Iterable[Evidence]) -> None:
        """Let the evidence of an earlier run of the thread be cited, under the id it had."""
        self._earlier |= {item.id: (run_id, item) for item in found}

    def get(self, evidence_id: str) -> Evidence | None:
        """Return one piece of evidence that the run may cite: its own, or an earlier run's."""
        if (own := self._items.get(evidence_id)) is not None:
            return own
        _, earlier = self._earlier.get(evidence_id, ("", None))
        return earlier

    def run_of(self, evidence_id: str) -> str | None:
        """Return the earlier run that found a piece of evidence; None for the run's own."""
        if evidence_id in self._items or evidence_id not in self._earlier:
            return None
        return self._earlier[evidence_id][0]

    def of_call(self, call_id: str | None) -> tuple[Evidence, ...]:
        """Return what one call found, or what was recalled when `call_id` is None."""
        return tuple(item for item in self._items.values() if item.call_id == call_id)

    def all(self) -> tuple[Evidence, ...]:
        """Return the run's evidence in order."""
        return tuple(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    @property
    def last_number(self) -> int:
        """The number of the thread's newest evidence."""
        return self._last


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What the call ledger knows about one call."""

    output: ToolOutput | None = None
    error: str = ""
    """What a failed call said. With neither output nor error the outcome is unknown: the call
    began and the process ended."""
    code: str = ""

    @property
    def is_unknown(self) -> bool:
        """True when the call may or may not have had its effect."""
        return self.output is None and not self.error


class CallLedger(Protocol):
    """Completed calls, kept across a crash so that none is made twice."""

    async def load(self, run_id: str) -> dict[str, CallRecord]:
        """Return what is known of the run's calls, by call id."""
        ...

    async def began(self, call_id: str, *, run_id: str) -> None:
        """Note durably that a call with side effects is about to be made."""
        ...

    async def completed(self, call_id: str, output: ToolOutput, *, run_id: str) -> None:
        """Note durably what a call gave back."""
        ...
