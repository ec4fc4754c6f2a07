"""Groundedness: does the answer stand on what the run found? By our own answer checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from surefoot.evidence import Evidence, ToolSource
from surefoot.graphs import DEFAULT_CHECKS, Claim, SentenceSplitter, cited, judge
from surefoot.verdicts import Outcome, Verdict

from ..traces.trace import Trace
from .grade import Grade, not_applicable, scored, unscorable
from .reference import Reference

_RANK: dict[Outcome, int] = {
    "contradicted": 4,
    "unsupported": 3,
    "not_checked": 2,
    "supported": 1,
    "not_checkable": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Groundedness:
    """Checks each sentence of the answer against the evidence.

    A foreign trace has no evidence with numbers to cite; what its tools gave back stands for it.
    """

    version: ClassVar[int] = 1
    name: str = "groundedness"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace: the share of its checkable sentences that nothing speaks against."""
        if trace.answer is None:
            return unscorable(self, "There is no answer.")
        evidence = trace.evidence or tuple(_as_evidence(trace))
        outcomes: Counter[Outcome] = Counter()
        failed: list[Verdict] = []
        for claim in claims_of(trace.answer, evidence, trace.question):
            verdicts = judge(DEFAULT_CHECKS.answer, claim)
            failed += [verdict for verdict in verdicts if verdict.failed]
            told = [verdict.outcome for verdict in verdicts] or ["not_checkable"]
            outcomes[max(told, key=_RANK.__getitem__)] += 1
        wrong = outcomes["unsupported"] + outcomes["contradicted"]
        checked = wrong + outcomes["supported"]
        if not checked:
            return not_applicable(self, "No sentence of the answer can be checked.")
        reasons = list(dict.fromkeys(verdict.reason for verdict in failed))
        return scored(
            self,
            1 - wrong / checked,
            reason=" ".join(reasons[:3]),
            details={name: outcomes[name] for name in _RANK},
        )


def claims_of(answer: str, evidence: tuple[Evidence, ...], question: str) -> Iterator[Claim]:
    """Yield the sentences of an answer, each with what it cites."""
    known = {item.id: item for item in evidence}
    whole = Claim(id="c", text=answer, cited_ids=(), cited=(), evidence=evidence, question=question)
    splitter = SentenceSplitter()
    sentences = [*splitter.feed(answer), *splitter.flush()]
    for number, sentence in enumerate(one for one in sentences if one.strip()):
        ids = cited(sentence)
        cites = tuple(known[one] for one in ids if one in known)
        yield replace(whole, id=f"c{number}", text=sentence, cited_ids=ids, cited=cites)


def _as_evidence(trace: Trace) -> Iterator[Evidence]:
    """Yield what tools gave back as evidence."""
    number = 0
    for call in trace.calls:
        if call.result is not None and call.result.text and call.result.error is None:
            number += 1
            yield Evidence(
                id=f"S{number}",
                call_id=call.call_id,
                created_at="",
                source=ToolSource(tool=call.tool, args=call.args),
                content=call.result.text,
            )
