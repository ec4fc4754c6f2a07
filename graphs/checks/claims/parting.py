"""Parting: a sentence that makes several claims, cut into those that can stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..subjects import Claim
from .saying import CITATION, cited

_JOINT = re.compile(r"\s*;\s+|,?\s+(?:and|but|while|whereas)\s+", re.IGNORECASE)
_TIED = re.compile(
    r"\b(?:if|unless|only|except|until|when|than|both|either|neither|nor|not only|respectively|"
    r"together|total|combined|between|each|same|whether|because|so that|without|although|though|"
    r"that|which|who|whose|where|but for|and so on)\b|[\"“”|`]{3}|[“”\"]|\n.",
    re.IGNORECASE,
)
"""What ties the parts of a sentence to each other, so that none may be read alone."""
_SUBJECT = re.compile(
    r"(?:the|an?|its|their|this|these|it|they|he|she|on|in|at|\d\S*|[A-Z`]\S*)\s", re.A
)
"""What a part that can stand alone begins with."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|could|will|would|must|may|should|\w{2,}ed|"
    r"won|rose|fell|grew|went|came|took|ran|lost|got|led|made)\b"
)
_VERB_IN_S = re.compile(r"(?!(?:[Oo]n|[Ii]n|[Aa]t)\b)\S+(?:\s\S+){0,2}?\s\w{2,}[^s\W]s\s")
"""A verb such as `weighs`, not far behind a subject."""
_FEWEST_WORDS = 3
_WORD = re.compile(r"\w+")


def parts_of(claim: Claim) -> tuple[Claim, ...]:
    """Return the claims of a sentence, `c3.1` and so on; nothing when it makes only one.

    Each cites what stands in it, else what the next one that cites does.
    """
    if _TIED.search(claim.text) or not _JOINT.search(claim.text.strip()):
        return ()
    texts = list(_texts(claim.text.strip()))
    if len(texts) < 2 or not all(map(_stands_alone, texts)):
        return ()
    known = {item.id: item for item in claim.cited}
    made: list[Claim] = []
    for number, text in enumerate(texts, 1):
        ids = next((found for one in texts[number - 1 :] if (found := cited(one))), claim.cited_ids)
        made.append(
            replace(
                claim,
                id=f"{claim.id}.{number}",
                text=_sentence(text, ids),
                cited_ids=ids,
                cited=tuple(known[one] for one in ids if one in known),
                before=(*claim.before, *(one.text for one in made)),
            )
        )
    return tuple(made)


def cite_apart(parts: tuple[Claim, ...]) -> bool:
    """Return whether the parts of a sentence cite different evidence."""
    return len({one.cited_ids for one in parts}) > 1


def _texts(text: str) -> Iterator[str]:
    start = 0
    for match in _JOINT.finditer(text):
        if _stands_alone(text[start : match.start()]) and _stands_alone(text[match.end() :]):
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _stands_alone(text: str) -> bool:
    """Return whether a part has a subject and a verb of its own."""
    plain = CITATION.sub("", text).strip(" *_-")
    verb = _VERB.search(plain)
    has_verb = (verb is not None and verb.start() > 0) or _VERB_IN_S.match(plain) is not None
    is_long = len(_WORD.findall(plain)) >= _FEWEST_WORDS
    return is_long and has_verb and _SUBJECT.match(plain) is not None


def _sentence(text: str, ids: tuple[str, ...]) -> str:
    """Return a part as a sentence of its own, with what it cites."""
    plain = text.strip().rstrip(".")
    first = plain[:1].upper() + plain[1:]
    return f"{first}." if cited(first) or not ids else f"{first} [{', '.join(ids)}]."
