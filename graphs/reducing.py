"""Reducing: cut a sentence that failed down to what of it the evidence supports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from surefoot.verdicts import Verdict

from .checks import Claim
from .checks.claims.parting import parts_of
from .checks.claims.saying import CITATION, cited

_JOINT = re.compile(
    r"\s*(?:;|,?\s+and\b|,\s*(?:while|which|where|whose|with|as well as|followed by)\b"
    r"|\s[–—-]\s|\s\(|,)"
)
"""Where a sentence may end early. What follows a `but`, `if`, `except` and the like belongs to what
is said before, which would say something else without it."""
_BOUND = re.compile(
    r"\b(?:but|except|unless|if|although|though|however|because|only|not|than|whether|assuming|until|"
    r"without|between|both|either|neither|respectively)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 4


Judge = Callable[[Claim], Sequence[Verdict]]


def reduced(claim: Claim, check: Judge) -> str | None:
    """Return what of a sentence is supported by itself, or None.

    Of several claims those are kept that stand alone, else the longest beginning of the sentence.
    What a part must show for itself is more than that its citations exist.
    """
    if kept := _claims(claim, check):
        return " ".join(kept)
    if _BOUND.search(claim.text):
        return None
    for text in _beginnings(claim.text):
        if _is_supported(replace(claim, text=text, cited_ids=cited(text)), check):
            return text
    return None


def _claims(claim: Claim, check: Judge) -> list[str]:
    """Return the claims of a sentence that stand, each read with those before it that do."""
    kept: list[str] = []
    for part in parts_of(claim):
        if _is_supported(replace(part, before=(*claim.before, *kept)), check):
            kept.append(part.text)
    return kept


def _is_supported(claim: Claim, check: Judge) -> bool:
    verdicts = check(claim)
    is_found = any(v.outcome == "supported" and v.check != "citations_exist" for v in verdicts)
    return is_found and all(v.outcome == "supported" for v in verdicts)


def _beginnings(text: str) -> Iterator[str]:
    """Yield the beginnings of a sentence that could be sentences, the longest first."""
    ids = cited(text)
    known = f" [{', '.join(ids)}]" if ids else ""
    for joint in reversed([*_JOINT.finditer(text)]):
        start = text[: joint.start()].rstrip(" ,;:-–—")
        if len(_WORD.findall(CITATION.sub("", start))) >= _FEWEST_WORDS:
            yield f"{start}." if cited(start) else f"{start}{known}."
