"""Claiming: what the checks say of each claim that a sentence of an answer makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from surefoot.verdicts import Verdict

from .checked import OWN_KNOWLEDGE
from .checks import Claim, judge
from .checks.claims.parting import cite_apart, parts_of
from .checks.judging import named
from .context import RunContext

_DIGIT = re.compile(r"\d")


def judged(context: RunContext, claim: Claim) -> Iterator[Verdict]:
    """Yield what the checks say of a sentence, claim by claim where it makes several.

    The claims are told apart where the sentence fails, so that the verdicts say which of them
    does, and where they cite different evidence, so that each is held to its own.
    """
    verdicts = judge(context.checks.answer, claim, context.timekeeper)
    has_failed = any(one.failed for one in verdicts)
    parts = parts_of(claim)
    if parts and (has_failed or cite_apart(parts)):
        each = [judge(context.checks.answer, one, context.timekeeper) for one in parts]
        # What only the sentence as a whole gets wrong is not wrong in any one of its claims.
        if not has_failed or any(one.failed for found in each for one in found):
            verdicts = [one for found in each for one in found]
    if not verdicts:
        nothing = claim.not_checkable(
            "nothing_to_check", "The sentence cites nothing and states no number or date."
        )
        verdicts = [named(nothing, "claim")]
    for one in verdicts:
        marked = one.code == OWN_KNOWLEDGE and context.own_knowledge == "mark"
        passing = {"outcome": "not_checkable", "repair": None}
        yield one.model_copy(update=passing) if marked else one


def is_unread(context: RunContext, claim: Claim, verdicts: Sequence[Verdict]) -> bool:
    """Return whether a check that the sentence must not be released without could not run."""
    required = context.checks.required
    missing = any(one.outcome == "not_checked" and one.check in required for one in verdicts)
    return missing and bool(claim.cited_ids or _DIGIT.search(claim.text))
