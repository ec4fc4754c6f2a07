"""Answer checks: one sentence against the evidence it stands on."""

from __future__ import annotations

import re
from dataclasses import replace

from surefoot.verdicts import Verdict

from .check import timed
from .claims.saying import cited
from .facts import Facts
from .numbers import Number
from .subjects import Claim

_FALLS = re.compile(
    r"\b(?:fell|fall\w*|drop\w*|decreas\w*|declin\w*|reduc\w*|lower|less|fewer|below|down|loss\w*|"
    r"lost|los\w{2,3}|negative|minus|shr[aiu]nk\w*|shorter|smaller|lighter|cheaper)\b",
    re.IGNORECASE,
)


def citations_exist(claim: Claim) -> Verdict | None:
    """Find citations of evidence that this run does not have."""
    if not claim.cited_ids:
        return None
    if missing := len(claim.cited_ids) - len(claim.cited):
        return claim.unsupported(
            "no_such_evidence",
            f"It cites {'something' if missing == 1 else f'{missing} things'} that this run does "
            "not have.",
            repair=f"Cite only {', '.join(item.id for item in claim.evidence) or 'nothing'}.",
        )
    return claim.supported()


@timed(0.5)
def numbers_in_evidence(claim: Claim) -> Verdict | None:
    """Find numbers, dates and times that stand neither in the evidence nor in what was said before.

    A sentence that cites is held to what it cites, one that does not to the whole ledger. Rounding,
    separators, percent signs, number words and ways to write a date are allowed for.
    """
    figures = claim.facts.saying(claim.text).figures
    # "One" and "two" are words of English more often than figures.
    numbers = [one for one in figures.numbers if not (one.word and one.value <= 2)]
    if not (numbers or figures.days or figures.times or figures.versions):
        return None
    index, evidence = claim.facts, claim.cited or claim.evidence
    # Most numbers are values of the evidence; only the others are worth reading its text for.
    values = [index.values(item) for item in evidence]
    numbers = [one for one in numbers if not any(facts.state(one) for facts in values)]
    if not (numbers or figures.days or figures.times or figures.versions):
        return claim.supported()
    said = [index.said(text) for text in (claim.question, claim.earlier) if text]
    grounds = [*said, *map(index.of, evidence)]
    falls = _FALLS.search(claim.text) is not None
    loose = (
        sum(not any(_states(g, one, falls) for g in grounds) for one in numbers)
        + sum(not any(one.within(d) for g in grounds for d in g.days) for one in figures.days)
        + sum(not any(one[0] in g.times for g in grounds) for one in figures.times)
        + sum(not any(one in g.versions for g in grounds) for one in figures.versions)
    )
    if not loose:
        return claim.supported()
    return claim.unsupported(
        "number_not_in_evidence",
        f"{'One number' if loose == 1 else f'{loose} numbers'} of the sentence cannot be found in "
        "the evidence it stands on.",
        repair="Use only numbers that the cited evidence shows; compute others with a tool.",
    )


def _states(facts: Facts, number: Number, falls: bool) -> bool:
    """Return whether the number is there; `fell by 3` also states -3."""
    if facts.state(number):
        return True
    return falls and number.value > 0 and facts.state(replace(number, value=-number.value))


__all__ = ["citations_exist", "cited", "numbers_in_evidence"]
