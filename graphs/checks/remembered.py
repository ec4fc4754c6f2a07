"""Memory checks: whether something may be remembered as what it is said to be."""

from __future__ import annotations

import re

from surefoot.tools import Origins, note_evidence
from surefoot.verdicts import Verdict

from .check import timed
from .subjects import MemorySubject

_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|\b(?:password|passwort|passphrase|pin(?: code)?|api[ _-]?key|secret key|access token)\b"
    r"[^.\n]{0,20}?(?:\bis\b|:|=)\s*\S{4,}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\b(?:\d[ -]?){13,19}\b")


def no_secret(subject: MemorySubject) -> Verdict | None:
    """Find passwords, keys and card numbers, which must not be kept."""
    cards = (re.sub(r"\D", "", found) for found in _DIGITS.findall(subject.text))
    if not _SECRET.search(subject.text) and not any(map(_is_card, cards)):
        return None
    return subject.unsupported(
        "secret",
        "It holds what looks like a password, a key or the number of a card.",
        repair="Leave the secret out, or do not remember this.",
    )


def _is_card(digits: str) -> bool:
    """Return whether the last digit is what the number of a card must end with."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@timed(0.1)
def has_source(subject: MemorySubject) -> Verdict | None:
    """Find what no turn and no evidence stands behind, and untrusted words taken for the user's.

    Where a person is asked before it is kept, untrusted words are theirs to decide on.
    """
    if not subject.cited and not subject.turn:
        return subject.unsupported(
            "no_source",
            "Nothing that was said or found stands behind it.",
            repair="Remember only what the user said or what evidence shows.",
        )
    origins = Origins(subject.said)
    for item in subject.cited:
        origins.trust(item.content)
    for item in subject.evidence:
        note_evidence(origins, item)
    if any(found.source == "untrusted" for found in origins.trace({"text": subject.text})):
        told = "It repeats untrusted content and not what the user said."
        if subject.will_be_asked:
            return subject.not_checkable("untrusted_words", told)
        return subject.unsupported(
            "untrusted_words", told, repair="Remember only what the user said themselves."
        )
    return subject.supported()
