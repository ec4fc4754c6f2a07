"""Wording: a claim that restates a sentence of the evidence must not turn it round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .alignment import Alignment, align, subjects
from .differing import is_denied, is_of_another, is_reversed, is_unbounded, misfigures
from .lexicon import NEGATION
from .restating import Restated, is_read, restated
from .standing import Standing
from .swapping import swaps_name

_RESTATES = 0.6
"""Share of the claim's words from which on a sentence of the evidence is taken to be meant."""
_REPEATS = 0.75
_BOUNDS = re.compile(
    r"\bno (?:more|less|fewer|later|earlier) than\b|"
    r"\bonly (?:about |around |some |in )?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten)",
    re.IGNORECASE,
)
"""What is said of a number, not of how many something holds."""
_FEWEST = 2


@timed(0.5)
def wording_agrees(claim: Claim) -> Verdict | None:
    """Find claims that deny, reverse, overstate or misattribute what the evidence says.

    Only a sentence that has most of the claim's words is compared with it.
    """
    standing = Standing.of(claim)
    if not claim.cited or not standing.texts or standing.saying.is_title:
        return None
    if any(one.is_swapped for one in subjects(standing.saying, standing.texts)):
        return _of_another(claim)
    if len(standing.saying.stems) < _FEWEST:
        return None
    if swaps_name(standing):
        return _renamed(claim)
    found = list(restated(standing))
    if verdict := _clause_against(claim, found, standing):
        return verdict
    alignment = align(standing.saying, standing.texts)
    if alignment is None or alignment.coverage < _RESTATES:
        return None
    return _against(
        claim, alignment, standing, is_unread=not is_read(standing, found)
    ) or claim.supported(evidence_ids=(alignment.witness.id,))


def _clause_against(
    claim: Claim, found: Sequence[tuple[Restated, ...]], standing: Standing
) -> Verdict | None:
    """Return what is wrong with a statement of the sentence beside those that it restates."""
    for every in found:
        if all(map(is_denied, every)):
            return _negated(claim)
        if all(map(is_reversed, every)):
            return _reversed(claim)
        if all(map(is_of_another, every)):
            return _of_another(claim)
        if misfigures(every):
            return claim.contradicted(
                "wrong_number",
                "The evidence has another number or date where it says this.",
                repair="Use the figures that the cited passage has.",
            )
        if all(is_unbounded(one, standing) for one in every):
            return _unbounded(claim)
    return None


def _against(
    claim: Claim, alignment: Alignment, standing: Standing, *, is_unread: bool
) -> Verdict | None:
    repeats = alignment.coverage >= _REPEATS
    if is_unread and repeats and alignment.denies():
        return _negated(claim)
    turned = standing.saying.negates != bool(NEGATION.search(alignment.passage.plain))
    if alignment.opposes() and not turned:
        return _reversed(claim)
    if alignment.overstates() and not _BOUNDS.search(standing.saying.text):
        return claim.unsupported(
            "overstated",
            "The sentence says of how many it holds, and the evidence does not.",
            repair="Leave out words such as `only` and `all` that the cited passage does not have.",
        )
    if repeats and alignment.replaces():
        return _renamed(claim)
    if repeats and alignment.misnumbers():
        asked = claim.facts.said(claim.question)
        if any(asked.state(one) for one in alignment.saying.figures.numbers):
            return claim.contradicted(
                "false_premise",
                "The question takes a number for granted that the evidence contradicts.",
                repair="Say what the question assumes and what the evidence shows instead.",
            )
        return claim.contradicted(
            "wrong_number",
            "The evidence has another number in the passage that the sentence restates.",
            repair="Use the number that the cited passage has.",
        )
    if alignment.unconditions():
        return _unbounded(claim)
    return None


def _of_another(claim: Claim) -> Verdict:
    return claim.contradicted(
        "wrong_subject",
        "The evidence says this of something else.",
        repair="Name what the cited passage is about.",
    )


def _renamed(claim: Claim) -> Verdict:
    return claim.unsupported(
        "name_not_in_evidence",
        "A word of the sentence stands where the evidence has a name.",
        repair="Use only names that the cited evidence has, spelled as it spells them.",
    )


def _negated(claim: Claim) -> Verdict:
    return claim.contradicted(
        "negated",
        "The sentence and the evidence it restates differ in what they say is not so.",
        repair="Say what the cited passage says, with its negations.",
    )


def _reversed(claim: Claim) -> Verdict:
    return claim.contradicted(
        "reversed",
        "A word of the sentence is the opposite of the one that the evidence has.",
        repair="Use the words of the cited passage.",
    )


def _unbounded(claim: Claim) -> Verdict:
    return claim.unsupported(
        "condition_dropped",
        "The cited passage holds only under a condition that the sentence does not name.",
        repair="Say under which condition it holds.",
    )
