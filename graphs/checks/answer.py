"""Answer checks: one sentence against the evidence it stands on."""

from __future__ import annotations

import re
from dataclasses import replace

from surefoot.verdicts import Verdict

from .check import timed
from .claims.computed import Derivation, derivation, is_threshold
from .claims.confidence import sure
from .claims.quantities import cell_units, quantity
from .claims.saying import cited
from .claims.standing import Standing
from .facts import Facts
from .numbers import Number, states
from .subjects import Claim

_FALLS = re.compile(
    r"\b(?:fell|fall\w*|drop\w*|decreas\w*|declin\w*|reduc\w*|lower|less|fewer|below|down|loss\w*|"
    r"lost|los\w{2,3}|negative|minus|shr[aiu]nk\w*|shorter|smaller|lighter|cheaper)\b",
    re.IGNORECASE,
)
_PER = re.compile(r"\b(?:per|(?:for|in|of|out of) every)\s$", re.IGNORECASE)
_SCALES = frozenset(10.0**power for power in range(2, 10))


def citations_exist(claim: Claim) -> Verdict | None:
    """Find citations of evidence that this run does not have."""
    if not claim.cited_ids:
        return None
    if missing := len(claim.cited_ids) - len(claim.cited):
        return claim.unsupported(
            "no_such_evidence",
            f"It cites {'something' if missing == 1 else f'{missing} things'} that this run does "
            "not have.",
            repair=f"{_citable(claim)}; call a tool again for what an earlier turn found.",
        )
    return claim.supported()


def _citable(claim: Claim) -> str:
    ids = ", ".join(item.id for item in claim.evidence)
    return f"Cite only {ids}" if ids else "Cite nothing"


@timed(0.5)
def numbers_in_evidence(claim: Claim) -> Verdict | None:
    """Find numbers, dates and times that stand neither in the evidence nor in what was said before.

    A sentence that cites is held to what it cites, one that does not to the whole ledger. Rounding,
    separators, percent signs, number words, units that convert and ways to write a date are allowed
    for, and so is what the sentence says is computed from a cited table.
    """
    standing = Standing.of(claim)
    figures = standing.saying.figures
    # "One" and "two" are words of English more often than figures.
    text = standing.saying.text
    numbers = [
        one
        for one in figures.numbers
        if not (one.word and one.value <= 2) and not _is_scale(one, text)
    ]
    if not (numbers or figures.days or figures.times or figures.versions):
        return None
    index = claim.facts
    # Most numbers are values of the evidence; only the others are worth reading its text for.
    values = index.values_of([one.item for one in standing.witnesses])
    numbers = [one for one in numbers if not values.state(one)]
    if not (numbers or figures.days or figures.times or figures.versions):
        return _found(claim, standing)
    said = [index.said(text) for text in (claim.question, claim.earlier) if text]
    grounds = [*said, *(index.of(one.item) for one in standing.witnesses)]
    falls = _FALLS.search(claim.text) is not None
    left = [one for one in numbers if not any(_states(g, one, falls) for g in grounds)]
    left = [one for one in left if not is_threshold(one, standing)]
    left = [one for one in left if not _is_meant(one, standing) and not _is_year(one, grounds)]
    found = [(one, _derived(one, standing)) for one in left]
    loose = (
        sum(how is None for _, how in found)
        + sum(not any(g.tell(one) for g in grounds) for one in figures.days)
        + sum(not any(one[0] in g.times for g in grounds) for one in figures.times)
        + sum(not any(one in g.versions for g in grounds) for one in figures.versions)
    )
    if loose:
        return _missing(claim, loose, standing)
    if found:
        how = "; ".join(str(how) for _, how in found)
        return _found(claim, standing, how)
    return _found(claim, standing)


def _found(claim: Claim, standing: Standing, how: str = "") -> Verdict:
    """Say that all is there; how sure that is has been measured for values, not for prose."""
    verdict = claim.supported()
    if how:
        verdict = verdict.model_copy(update={"code": "computed", "reason": how})
    return verdict if any(one.is_prose for one in standing.witnesses) else sure(verdict)


def _missing(claim: Claim, loose: int, standing: Standing) -> Verdict:
    if not standing.is_whole:
        return claim.not_checked("too_large", "The evidence is too long to be searched to its end.")
    return claim.unsupported(
        "number_not_in_evidence",
        f"{'One number' if loose == 1 else f'{loose} numbers'} of the sentence cannot be found in "
        "the evidence it stands on.",
        repair="Use only numbers that the cited evidence shows; compute others with a tool.",
    )


def _derived(number: Number, standing: Standing) -> Derivation | None:
    readings = quantity(standing.saying.text, number).readings(standing)
    return next((how for one in readings if (how := derivation(one, standing))), None)


def _is_meant(number: Number, standing: Standing) -> bool:
    """Return whether a table has the number counted in millions, or in another unit."""
    said = quantity(standing.saying.text, number)
    for witness in standing.tables:
        if (grid := witness.grid) is None:
            continue
        for reading in said.readings(standing):
            if grid.stating(reading):
                return True
        for cell in grid.cells:
            if said.unit is None:
                break
            units = cell_units(grid, cell, standing)
            if units and any(states(one, cell.value) for one in said.converted(units)):
                return True
    return False


def _is_scale(number: Number, text: str) -> bool:
    """Return whether a number only says per how many something is counted: `per 100,000`."""
    return number.value in _SCALES and _PER.search(text[: number.start]) is not None


def _is_year(number: Number, grounds: list[Facts]) -> bool:
    """Return whether `18` in `2017–18` is a year of the evidence."""
    short = number.text.lstrip("-–")
    return (
        len(short) == 2
        and number.text[:1] in "-–"
        and any(
            one % 100 == number.value and 1500 <= one < 2100 for g in grounds for one in g.numbers
        )
    )


def _states(facts: Facts, number: Number, falls: bool) -> bool:
    """Return whether the number is there; `fell by 3` also states -3."""
    if facts.state(number):
        return True
    return falls and number.value > 0 and facts.state(replace(number, value=-number.value))


__all__ = ["citations_exist", "cited", "numbers_in_evidence"]
