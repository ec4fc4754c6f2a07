"""Changes: what a person wants corrected or forgotten of what they said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .memories import fact_to_keep, in_third_person, is_statement

EVERYTHING = "everything"

_POLITE = r"^\W*(?:please\s+)?(?:(?:can|could|will|would) you\s+)?(?:please\s+)?"
_FORGET = re.compile(
    rf"{_POLITE}(?:yes,?\s+)?(?:please\s+)?(?:really\s+|definitely\s+)?"
    r"(?:(?P<forget>forget)|erase|delete|remove|wipe)\b(?P<what>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_MEMORY = re.compile(
    r"\b(?:memor\w+|remember\w*|you know|about me"
    r"|(?:i|i['’]ve) (?:ever |just |once )?(?:said|told|mentioned))\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"^\s*(?:absolutely )?(?:everything|all|anything|it all|all of (?:it|that))"
    r"(?:\s+(?:that )?(?:you (?:know|remember|have)|about me|of me|of mine|from (?:your )?memory"
    r"|i (?:ever )?(?:told|said)(?: to)?(?: you)?))*\W*$",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"^\s*(?:about )?(?:it|this|that|what i (?:just )?(?:said|told you)|that (?:one|memory|fact))"
    r"(?: again| please)?\W*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:(?:everything|anything|all|what(?:ever)?|the fact|the memory|that|about|of|on)\s+"
    r"|(?:you|i)(?:['’]ve| have)?\s+(?:ever\s+|just\s+|once\s+)?"
    r"(?:told|said|mentioned|know|remember)\s+(?:to\s+)?(?:you\s+)?)+",
    re.IGNORECASE,
)
_CORRECT = re.compile(
    rf"{_POLITE}(?:correct|fix|amend|rectify)\s+(?P<what>(?:that|it|this|my\s.+?))"
    r"\s*(?:\bto\b|:|,|;)\s*(?:say\s+)?(?P<right>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_MEANT = (
    r"(?:(?:actually|rather|i meant|i mean|it should (?:be|say)|make (?:it|that)|it(?:['’]s| is))\b"
    r"[\s,:]*)"
)
_WRONG = re.compile(
    r"^\W*(?:(?:sorry,?\s+)?(?:no,?\s+)?(?:that|this|it)(?:['’]s| is| was)"
    rf" (?:wrong|incorrect|not (?:right|correct|true))\b[\s,.:;!–—-]*{_MEANT}*"
    rf"|(?:no|nope|wrong|sorry|correction)\b[\s,.:;!–—-]*(?:{_MEANT}+|(?=i\b|my\b)))(?P<right>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(
    r"^(?P<subject>The user.*?\b(?:is called|is named|are called|is|are|was|has|lives in|lives at"
    r"|works at|works for|works as|prefers|likes|loves|hates|wants|speaks|drives|owns|uses"
    r"|plays|studies))\s+(?P<value>.+?)\.$",
    re.DOTALL,
)
_ASKED = tuple(
    (re.compile(pattern, re.IGNORECASE), begins)
    for pattern, begins in (
        (r"^wh(?:at|o|en|ere)(?:['’]s| is| are) (my .+?) (called|named)\W*$", r"\1 is \2"),
        (r"^wh(?:at|o|en)(?:['’]s| is) (my .+?)\W*$", r"\1 is"),
        (r"^wh(?:at|o) are (my .+?)\W*$", r"\1 are"),
        (r"^where do i live\b", "i live in"),
        (r"^where do i work\b", "i work at"),
        (
            r"^(?:what|which)(?: \w+){0,2} do i (prefer|like|love|collect|play|speak|drive)\W*$",
            r"i \1",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong, and what is right."""

    about: str
    fact: str


def to_forget(text: str, earlier: Sequence[str]) -> str | None:
    """Return what a person wants forgotten: words, `everything`, or none that can be told.

    None when they ask for nothing to be forgotten.
    """
    found = _FORGET.match(text)
    if found is None:
        return None
    what = found["what"].strip().rstrip(".!?")
    if not found["forget"] and not _OF_MEMORY.search(what):
        return None
    what = re.sub(r"\s+(?:from|in) (?:your |the )?memory$", "", what, flags=re.IGNORECASE)
    if _ALL.match(what):
        return EVERYTHING
    if not what or _THAT.match(what):
        return last_said(earlier) or ""
    topic = _LEAD.sub("", what).strip()
    return "" if topic.lower() in ("", "me", "myself", "you") else topic


def is_confirmed(text: str) -> bool:
    """True when a person says that they really want everything forgotten."""
    return re.search(r"\b(?:yes|sure|really|confirm\w*|definitely)\b", text, re.I) is not None


def correction(text: str, earlier: Sequence[str]) -> Correction | None:
    """Return what a person puts right of what they said before; None when they do not."""
    if text.rstrip().endswith("?"):
        return None
    if (asked := _CORRECT.match(text)) is not None:
        what, right = asked["what"].strip(), asked["right"]
        if what.lower() in ("that", "it", "this"):
            return _put_right(earlier, right)
        if is_statement(right):
            return Correction(what, in_third_person(right.strip(" .!")))
        return Correction(what, in_third_person(f"{what} is {right.strip(' .!')}"))
    if (wrong := _WRONG.match(text)) is not None:
        return _put_right(earlier, wrong["right"])
    return None


def last_said(earlier: Sequence[str]) -> str | None:
    """Return what a person last told of themselves, as it is remembered."""
    for text in reversed(earlier):
        if (changed := correction(text, ())) is not None:
            return changed.fact
        if (fact := fact_to_keep(text)) is not None:
            return fact
    return None


def _put_right(earlier: Sequence[str], right: str) -> Correction | None:
    """Return the correction of what was last told or asked about, by a sentence or by a value."""
    right = right.strip(" .!")
    asked = _asked_about(earlier[-1]) if earlier else None
    before = asked or last_said(earlier)
    if before is None:
        return None
    if is_statement(right):
        return Correction(before, in_third_person(right))
    if asked is not None:
        return Correction(asked, in_third_person(f"{asked} {right}"))
    if (value := _VALUE.match(before)) is None:
        return None
    return Correction(before, f"{value['subject']} {right}.")


def _asked_about(question: str) -> str | None:
    """Return how an answer to a question about the person begins, such as `my dog is called`."""
    for pattern, begins in _ASKED:
        if (found := pattern.search(question)) is not None:
            return found.expand(begins)
    return None
