"""Quotations: words in quotation marks must be the evidence's own."""

from __future__ import annotations

import re

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .saying import FEWEST_QUOTED
from .standing import Standing
from .words import flat, words

_GAP = re.compile(r"\s*(?:\[[^\]]*\]|\(\.\.\.\)|\.\.\.|…)\s*")
_LONGEST_TITLE = 8


@timed(0.5)
def quotes_in_evidence(claim: Claim) -> Verdict | None:
    """Find quotations that the evidence does not have word by word.

    Case, spaces, typography and Markdown do not count, and what is left out may be marked.
    """
    standing = Standing.of(claim)
    quotes = [one for one in standing.saying.quotes if len(one.split()) >= FEWEST_QUOTED]
    if not quotes:
        return None
    loose = [one for one in quotes if not _is_there(one, standing)]
    if not loose:
        return claim.supported()
    if not standing.is_whole:
        return claim.not_checked("too_large", "The evidence is too long to be searched to its end.")
    return claim.unsupported(
        "quote_not_in_evidence",
        f"{'A quotation' if len(loose) == 1 else f'{len(loose)} quotations'} of the sentence "
        "cannot be found in the evidence word by word.",
        repair="Quote the cited evidence exactly, or say it without quotation marks.",
    )


def _is_there(quote: str, standing: Standing) -> bool:
    if all(map(standing.has, _pieces(quote))):
        return True
    return _is_title(quote) and all(standing.knows(one.text) for one in words(quote))


def _is_title(quote: str) -> bool:
    """Return whether quotation marks stand around a name, as they do around titles of songs."""
    said = [one for one in words(quote) if not one.is_grammar]
    return len(said) <= _LONGEST_TITLE and all(one.text[:1].isupper() for one in said)


def _pieces(quote: str) -> list[str]:
    pieces = (flat(one).strip(" .,;:!?'\"-") for one in _GAP.split(quote))
    return [one for one in pieces if one]
