"""Faults: how many broken sentences the checks find, and how many whole ones they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surefoot.evidence import Finding
from surefoot.graphs import DEFAULT_CHECKS, Checks, Claim, cited, judge
from surefoot.verdicts import Verdict

from ...statistics import Interval, wilson
from .statements import FAULTS, Answer, Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One sentence, whole or broken, and what the checks said."""

    answer: Answer
    place: int
    fault: Fault | None
    text: str
    verdicts: tuple[Verdict, ...]

    @property
    def finding(self) -> Finding:
        """What the sentence is about."""
        return self.answer.statements[self.place].finding

    @property
    def failed(self) -> bool:
        """True when a check refused it."""
        return any(one.failed for one in self.verdicts)


def trials(answers: Sequence[Answer], checks: Checks = DEFAULT_CHECKS) -> Iterator[Trial]:
    """Have the checks look at every answer, whole and broken in every way it can be."""
    for answer in answers:
        whole = list(enumerate(answer.sentences))
        broken = [(fault, answer.broken(fault)) for fault in FAULTS]
        every: list[tuple[Fault | None, int, str]] = [(None, place, one) for place, one in whole]
        every += [(fault, *made) for fault, made in broken if made is not None]
        for fault, place, text in every:
            verdicts = tuple(judge(checks.answer, _claim(answer, text)))
            yield Trial(answer=answer, place=place, fault=fault, text=text, verdicts=verdicts)


def _claim(answer: Answer, text: str) -> Claim:
    known = {item.id: item for item in answer.evidence}
    ids = cited(text)
    return Claim(
        id="c0",
        text=text,
        cited_ids=ids,
        cited=tuple(known[one] for one in ids if one in known),
        evidence=answer.evidence,
        question="What do the data and the documentation say?",
    )


def rates(tried: Sequence[Trial]) -> dict[str, Interval]:
    """Return the share found of each fault, and of whole answers and sentences refused."""
    told: dict[str, Interval] = {}
    for fault in FAULTS:
        of_it = [one.failed for one in tried if one.fault == fault]
        told[fault] = wilson(sum(of_it), len(of_it))
    whole = [one for one in tried if one.fault is None]
    refused = {id(one.answer) for one in whole if one.failed}
    told["false alarms, answers"] = wilson(len(refused), len({id(one.answer) for one in whole}))
    told["false alarms, sentences"] = wilson(sum(one.failed for one in whole), len(whole))
    return told
