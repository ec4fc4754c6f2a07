"""Coverage: whether a plan looks for every part of a question that asks several things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from surefoot.verdicts import Verdict

from .subjects import PlanSubject

_MOST_READ = 200_000
"""Characters of evidence that are looked through; what lies behind them counts as looked for."""
_ASKS = (
    r"what|which|who|whose|whom|when|where|why|how|is|are|was|were|do|does|did|has|have|can|will|"
    r"list|show|give|tell|name|count|compare|compute|calculate|find|plot|draw|explain|describe"
)
_BETWEEN = re.compile(
    rf"[?;]\s+|\.\s+(?=[A-Z])|\n+|,?\s+(?:and|then|also)(?:\s+(?:also|then))?\s+(?=(?:{_ASKS})\b)",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there)\b", re.IGNORECASE
)
"""A part with such a word speaks of what another part has named."""
_WORD = re.compile(r"[^\W_]{3,}")
_ROOT = 4
"""Letters by which words are held to be forms of one another: `airlines`, `airline`."""
_SMALL = frozenset(
    f"""{_ASKS.replace("|", " ")} the and for with from that this these those there than then them
    they their its into onto per each every any all some most least more less much many few first
    last best worst top bottom highest lowest largest smallest biggest longest shortest average
    mean median sum total number amount share percent percentage maximum minimum max min
    between among over under about above below without within after before during until since
    please would could should must may might you your our not but also other same different
    one two three four five six seven eight nine ten long short high low big small old new
    value values answer question data table tables row rows column columns document documents
    according say says said mean means used use using been being had""".split()
)


def covers_question(subject: PlanSubject) -> Verdict | None:
    """Hint at a part of the question that neither the plan nor anything found so far touches.

    Only parts with words of their own can be told apart; where the plan speaks other words than
    the question throughout, nothing is said.
    """
    parts = parts_of(subject.question)
    if len(parts) < 2 or not subject.plan.steps:
        return None
    touched = _touched(subject)
    if touched is None:
        return None
    own = [_own_roots(part, parts) for part in parts]
    left = [part for part, roots in zip(parts, own, strict=True) if roots and not roots & touched]
    if not left or not any(roots & touched for roots in own):
        return None
    return subject.not_checkable(
        "part_not_covered",
        f"No step looks for this part of the question: {left[0]!r}.",
        repair="Look for it too, unless what has been found answers it.",
    )


def parts_of(question: str) -> list[str]:
    """Return the things that a question asks, as far as its wording keeps them apart."""
    pieces = (piece.strip(" ?.,;:-\t") for piece in _BETWEEN.split(question[:2_000]))
    return [piece for piece in pieces if _WORD.search(piece)]


def _own_roots(part: str, parts: Iterable[str]) -> set[str]:
    if _REFERS.search(part):
        return set()
    others: set[str] = set().union(*(_roots(other) for other in parts if other is not part))
    return _roots(part) - others


def _roots(text: str) -> set[str]:
    words = (word for word in _WORD.findall(text.casefold()) if word not in _SMALL)
    return {word[:_ROOT] for word in words}


def _touched(subject: PlanSubject) -> set[str] | None:
    """Return the roots of what the plan asks for and of what has been found; None if too much."""
    asked = [json.dumps(step.args, ensure_ascii=False) for step in subject.plan.steps]
    found = [f"{item.content} {item.source.model_dump_json()}" for item in subject.evidence]
    texts = [*asked, *(step.tool for step in subject.plan.steps), *found]
    if sum(map(len, texts)) > _MOST_READ:
        return None
    return set().union(*({word[:_ROOT] for word in _words(text)} for text in texts))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
