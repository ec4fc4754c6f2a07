"""Knowing: what a sentence without a citation says that no evidence and nobody has said."""

from __future__ import annotations

import re

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .naming import TALK
from .standing import Standing
from .words import stem

_FEWEST = 4
_STRANGE = 0.75
"""Share of a sentence's words from which on it speaks of something else than the evidence."""
_SPEAKS_OF_ITSELF = re.compile(
    r"\?\s*$|\b(?:here (?:is|are)|below|above|following|not (?:known|found|available|enough)|no "
    r"(?:information|evidence|data|record|mention)|could(?: not|n['’]t)|cannot|unable|unclear|"
    r"let me|in (?:short|summary|sum)|overall|note that|keep in mind|"
    r"for (?:more|further) details)\b",
    re.IGNORECASE,
)
_OF_ANSWERS = frozenset(
    map(
        stem,
        """answer question source document documentation data dataset table figure number value
        result record evidence information detail summary overview list point section page text
        query row column describe mention state show provide include cover explain compare
        contain report find refer rely base confirm verify suggest indicate mean interpret caution
        thing way case kind part fact step need know make take give look work one two three four
        five first second third last""".split(),
    )
)
"""Words in which any answer speaks of what it has found."""


@timed(0.5)
def words_in_evidence(claim: Claim) -> Verdict | None:
    """Find sentences that cite nothing and hardly have a word of what this run has found.

    A run that has found nothing is let talk: its words can be held to no evidence.
    """
    if claim.cited_ids or not claim.evidence:
        return None
    standing = Standing.of(claim)
    saying = standing.saying
    if saying.is_title or TALK & saying.lower or _SPEAKS_OF_ITSELF.search(saying.text):
        return None
    if any(not one.opens for one in saying.names):  # Names are for `names_in_evidence`.
        return None
    stems = saying.stems - _OF_ANSWERS
    if len(stems) < _FEWEST:
        return None
    left = stems - standing.lead_stems
    strange = [one for one in left if not _is_found(one, standing)]
    if len(strange) < max(_FEWEST, _STRANGE * len(stems)):
        return None
    if not standing.is_whole:
        return claim.not_checked("too_large", "The evidence is too long to be searched to its end.")
    return claim.unsupported(
        "own_knowledge",
        "The sentence cites nothing and speaks of what no evidence of this run does.",
        repair="Say only what the evidence shows, with its citation.",
    )


def _is_found(word: str, standing: Standing) -> bool:
    return any(word in one.vocabulary for one in standing.witnesses)
