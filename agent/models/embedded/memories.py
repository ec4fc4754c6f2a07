"""Memories: what a person asks to be remembered, and what was said of them before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surefoot.memory import asks_for_everything, asks_for_history

from .blocks import Block
from .lexicon import lexicon
from .words import content_words, root

_ASKS_TO_KEEP = re.compile(
    r"^\W*(?:please\s+)?(?:(?:can|could|will) you\s+)?(?:please\s+)?"
    r"(?:remember|note down|note|save|store|memori[sz]e|keep in mind|write down|don['’]?t forget"
    r"|for future reference|from now on)"
    r"(?:[\s,:]*(?:this|down|it|the fact)?(?:\s+for later)?[\s,:]*(?:that\b)?[\s,:]*)",
    re.IGNORECASE,
)
_KEEP_AFTER = re.compile(
    r"[,;.]?\s*(?:please\s+)?(?:remember|note|keep|save) (?:that|this|it)(?: in mind| for"
    r" later)?\W*$"
    r"|[,;.]?\s*(?:please\s+)?keep (?:that|this) in mind\W*$",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"^(?:i\s+(?:am|live|work|like|love|hate|prefer|use|have|own|speak|study|always|never"
    r"|usually|drive|was born|moved|used to|lived|worked|started|joined|switched|no longer|do not"
    r"|don['’]t|play|collect|ride|grew up|enjoy|teach|keep)\b"
    r"|i['’](?:m|ve)\s|my\s[^?]+?\s(?:is|are|was|has|likes|lives)\s|call me\s"
    r"|our\s[^?]+?\s(?:is|are|meets)\s)",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"\bdo you (?:remember|recall|know)\b.*\b(?:i|my|me)\b|\bremind me\b|\b(?:did|have) i"
    r" (?:ever )?(?:tell|told|say|said|mention|mentioned|ask|asked)"
    r"|\b(?:know|remember|recall) about me\b|\bi (?:told|gave|asked|mentioned)\b"
    r"|^(?:so,?\s+)?(?:what|which|who|when|where|how)\b(?:['’]s)?[^?]*\b(?:my|me|i|am i|do i)\b"
    r"|^(?:do|am|did|have) i (?:like|prefer|want|have|live|use|work|allergic|a\b|an\b"
    r"|vegetarian|vegan)",
    re.IGNORECASE,
)
_OUR_OWN_USE = re.compile(
    r"\b(?:should|can|could|must|may|do|would|if) i\b|\bhow (?:do|can|should) i\b|\bgive"
    r" me\b|\btell me\b|\bshow me\b",
    re.I,
)
_OF_SELF = re.compile(
    r"^(?:so,?\s+)?(?:what|which|who|where|when)\b[^?]*\b(?:do|did) i (?:\w+ )?(?:live|work|prefer"
    r"|like|love|hate|speak|study|drive|play|collect|ride|own|teach|enjoy)\b",
    re.IGNORECASE,
)
_PERSONS = (
    (r"\bi am\b|\bi['’]m\b", "the user is"),
    (r"\bi was\b", "the user was"),
    (r"\bi have\b|\bi['’]ve\b", "the user has"),
    (r"\bi (?:do not|don['’]t)\b", "the user does not"),
    (r"\bi do\b", "the user does"),
    (r"\bmy\b", "the user's"),
    (r"\bmine\b", "the user's"),
    (r"\bme\b", "the user"),
)
_VERBS = {
    "live": "lives",
    "work": "works",
    "like": "likes",
    "love": "loves",
    "hate": "hates",
    "prefer": "prefers",
    "use": "uses",
    "own": "owns",
    "speak": "speaks",
    "study": "studies",
    "drive": "drives",
    "play": "plays",
    "collect": "collects",
    "ride": "rides",
    "enjoy": "enjoys",
    "teach": "teaches",
    "keep": "keeps",
    "want": "wants",
    "need": "needs",
}
_BACK = (
    (r"\bthe user is\b", "you are"),
    (r"\bthe user was\b", "you were"),
    (r"\bthe user has\b", "you have"),
    (r"\bthe user does\b", "you do"),
    (r"\bthe user's\b", "your"),
    *(
        (rf"\bthe user (always |never |usually )?{third}\b", rf"you \g<1>{verb}")
        for verb, third in _VERBS.items()
    ),
    (r"\bthe user\b", "you"),
    (r"\bi am\b|\bi['’]m\b", "you are"),
    (r"\bmy\b", "your"),
    (r"\bi\b", "you"),
)
_ASKING = frozenset(
    """remember recall remind told said tell mention mentioned asked know gave before previously
    formerly earlier used""".split()
)
_MEANS = {
    root(word): tuple(map(root, others))
    for word, others in (
        ("moved", ("live", "home")),
        ("reside", ("live", "home")),
        ("live", ("home",)),
        ("started", ("work",)),
        ("joined", ("work",)),
        ("work", ("employer", "job")),
    )
}
"""What a memory also answers, by the root of a word in it."""
_UNTIL = re.compile(r"\s*\(until (\d{4}[\d-]*)\)\.?$")
_PAST = {
    **{verb: f"{verb}d" if verb.endswith("e") else f"{verb}ed" for verb in _VERBS},
    "prefer": "preferred",
    "study": "studied",
    "speak": "spoke",
    "drive": "drove",
    "ride": "rode",
    "teach": "taught",
    "keep": "kept",
    "is": "was",
    "are": "were",
    "have": "had",
    "has": "had",
}
_PRESENT = rf"\b(?:{'|'.join(_PAST)})\b"


def fact_to_keep(text: str, *, explicit_only: bool = False) -> str | None:
    """Return what a person wants kept, in the third person; None when they ask for nothing so."""
    if text.rstrip().endswith("?"):
        return None
    asked = _ASKS_TO_KEEP.match(text)
    after = _KEEP_AFTER.search(text)
    if asked is not None:
        fact = text[asked.end() :]
        if re.match(r"^\W*from now on", text, re.IGNORECASE):
            fact = f"from now on, {fact}"
    elif after is not None and after.start() > 0:
        fact = text[: after.start()]
    elif _STATEMENT.match(text) and not explicit_only:
        fact = text
    else:
        return None
    fact = fact.strip(" ,.;:!")
    return in_third_person(fact) if len(fact) > 2 else None


def is_statement(text: str) -> bool:
    """True for a sentence in which a person tells of themselves."""
    return _STATEMENT.match(text.strip()) is not None


def in_third_person(fact: str) -> str:
    """Turn "my colour is green" into "The user's colour is green."."""
    named = re.fullmatch(r"call me (.+)", fact, re.IGNORECASE)
    text = f"the user wants to be called {named[1]}" if named else fact
    text = re.sub(
        r"\bi (always |never |usually )?(\w+)",
        lambda m: (
            f"the user {m[1] or ''}{_VERBS[m[2].lower()]}" if m[2].lower() in _VERBS else m[0]
        ),
        text,
        flags=re.IGNORECASE,
    )
    for pattern, person in _PERSONS:
        text = re.sub(pattern, person, text, flags=re.IGNORECASE)
    text = re.sub(r"\bi\b", "the user", text, flags=re.IGNORECASE)
    return text[:1].upper() + text[1:].rstrip(".") + "."


def asks_for_memory(text: str) -> bool:
    """True when a person asks for something they said of themselves."""
    if _OF_SELF.search(text) is not None:
        return True
    return _ASKS_BACK.search(text) is not None and _OUR_OWN_USE.search(text) is None


def recalled(question: str, blocks: Sequence[Block]) -> str | None:
    """Answer from memories, cited; None when none of them speaks of what is asked."""
    memories = [block for block in blocks if block.kind == "memory"]
    if asks_for_everything(question):
        return "\n".join(f"- {said(block)}" for block in memories) or None
    wanted = {root(word) for word in content_words(question, lexicon().stop | _ASKING)}
    covers = {block: _cover(wanted, block) for block in memories}
    best = max(covers.values(), default=0.0)
    if best < 0.5:
        return None
    if asks_for_history(question):
        past = [
            block for block in memories if covers[block] >= 0.5 and _UNTIL.search(block.content)
        ]
        if past:
            return "\n".join(said(block) for block in past)
    return said(next(block for block in memories if covers[block] == best))


def _cover(wanted: set[str], block: Block) -> float:
    have = {root(word) for word in content_words(block.content, ())}
    have |= {other for word in have for other in _MEANS.get(word, ())}
    return sum(_has(word, have) for word in wanted) / len(wanted) if wanted else 0.0


def _has(word: str, have: set[str]) -> bool:
    return word in have or (len(word) > 4 and any(other[:5] == word[:5] for other in have))


def said(block: Block) -> str:
    """Return a memory in the second person, with its citation; what is history in the past."""
    text = " ".join(block.content.split()).rstrip(".")
    ended = _UNTIL.search(text)
    if ended is not None:
        text = f"{text[: ended.start()].rstrip('. ')} until {ended[1]}"
    for pattern, person in _BACK:
        text = re.sub(pattern, person, text, flags=re.IGNORECASE)
    if ended is not None:
        text = re.sub(_PRESENT, lambda m: _PAST[m[0].lower()], text, count=1, flags=re.IGNORECASE)
    return f"{text[:1].upper()}{text[1:]} {block.cite}."
