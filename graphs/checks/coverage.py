"""Coverage: whether a plan looks for every part of a question that asks several things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from surefoot.tools import Toolbox
from surefoot.verdicts import Verdict

from .subjects import PlanSubject

_MOST_READ = 200_000
"""Characters of evidence that are looked through; what lies behind them counts as looked for."""
_ASKS = (
    r"what|which|who|whose|whom|when|where|how|list|show|give|tell|name|count|compute|calculate|"
    r"find|plot|draw|fetch|get|search|look|check"
)
_IS = r"is|are|was|were|do|does|did|has|have|will"
_OPENS = (
    r"(?:and|then|also|finally|lastly|next|first|firstly|second|secondly|third|thirdly|fourth|"
    r"additionally|furthermore|moreover|please|after that|can|could|would|you|i|me|want|need|"
    r"like|to|know|help|kindly|us|we|let|us|now|so)"
)
"""Words that may stand before the one that asks."""
_ASKER = rf"(?:(?:{_IS})|(?:{_OPENS}[,\s]+){{0,6}}(?:{_ASKS}))\s"
_SENTENCE = re.compile(r"(?<=[?!;])\s+|(?<=\.)\s+(?=[A-Z])|\n+")
_BETWEEN = re.compile(rf",?\s+(?:and|then|also)(?:\s+(?:also|then))?\s+(?={_ASKER})", re.IGNORECASE)
_ASKING = re.compile(rf"\W*{_ASKER}", re.IGNORECASE)
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there)\b", re.IGNORECASE
)
"""A part with such a word speaks of what another part has named."""
_WORD = re.compile(r"\d+|[^\W\d_]{3,}")
_NAMED = re.compile(r"(?<=\s)['\"(]?([A-Z][^\W\d_]{2,}|\d+)")
"""Words that name something behind the beginning of a part, and numbers."""
_PURPOSE = 300
"""Characters of a tool's description that say what it is for."""
_TELLING = 2
"""Words of its own by which a part is known."""
_ROOT = 4
"""Letters by which words are held to be forms of one another: `airlines`, `airline`."""
_SMALL = frozenset(
    f"""{_ASKS} {_IS}
    why can list explain describe compare the and for with from that this these those there
    than then them they their its into onto per each every any all some most least more less
    much many few first last best worst top bottom highest lowest largest smallest biggest
    longest shortest average mean median sum total number amount share percent percentage
    maximum minimum max min between among over under about above below without within after
    before during until since please would could should must may might you your our not but
    also other same different one two three four five six seven eight nine ten long short
    high low big small old new value values answer question data table tables row rows
    column columns document documents according say says said mean means used use using been
    being had""".replace("|", " ").split()
)


def covers_question(subject: PlanSubject) -> Verdict | None:
    """Hint at a part of the question that neither the plan nor anything found so far touches.

    Only parts with words of their own can be told apart, and only those that ask, or name a thing
    or a number: not what is merely told beside them. Where the plan speaks other words than the
    question throughout, nothing is said.
    """
    parts = parts_of(subject.question)
    if len(parts) < 2 or not subject.plan.steps:
        return None
    touched = _touched(subject)
    if touched is None:
        return None
    own = [_own_roots(part, parts) for part in parts]
    left = [
        part
        for part, roots in zip(parts, own, strict=True)
        if not roots & touched and _is_told_apart(part, roots)
    ]
    if not left or not any(roots & touched for roots in own):
        return None
    return subject.not_checkable(
        "part_not_covered",
        f"No step looks for this part of the question: {left[0]!r}.",
        repair="Look for it too, unless what has been found answers it.",
    )


def parts_of(question: str) -> list[str]:
    """Return the things that a question asks, as far as its wording keeps them apart."""
    sentences = _SENTENCE.split(question[:2_000])
    pieces = (piece for one in sentences for piece in _BETWEEN.split(" ".join(one.split())))
    bare = (piece.strip(' ?!.,;:-\t"') for piece in pieces)
    return [piece for piece in bare if _WORD.search(piece)]


def _is_told_apart(part: str, roots: set[str]) -> bool:
    """Return whether a part asks for something of its own, or names a thing or a number."""
    if any(_root(word.casefold()) in roots for word in _NAMED.findall(part)):
        return True
    return len(roots) >= _TELLING and _ASKING.match(part) is not None


def _own_roots(part: str, parts: Iterable[str]) -> set[str]:
    if _REFERS.search(part):
        return set()
    others: set[str] = set().union(*(_roots(other) for other in parts if other is not part))
    return _roots(part) - others


def _roots(text: str) -> set[str]:
    words = (word for word in _WORD.findall(text.casefold()) if word not in _SMALL)
    return {_root(word) for word in words}


def _root(word: str) -> str:
    return word if word.isdigit() else word[:_ROOT]


def _touched(subject: PlanSubject) -> set[str] | None:
    """Return the roots of what the plan asks for and of what has been found; None if too much."""
    asked = [json.dumps(step.args, ensure_ascii=False) for step in subject.plan.steps]
    if len(tools := {step.tool for step in subject.plan.steps}) > 1:
        asked += [_purpose(subject.toolbox, name) for name in tools]
    found = [f"{item.content} {item.source.model_dump_json()}" for item in subject.evidence]
    texts = [*asked, *(step.tool for step in subject.plan.steps), *found]
    if sum(map(len, texts)) > _MOST_READ:
        return None
    return set().union(*(set(map(_root, _words(text))) for text in texts))


def _purpose(toolbox: Toolbox, name: str) -> str:
    """Return what a tool is for: the beginning of its description, where no tables are listed."""
    told = toolbox.get(name).description if name in toolbox else ""
    return told.partition("\n")[0][:_PURPOSE] if isinstance(told, str) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
