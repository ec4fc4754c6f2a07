"""Names: people, places, products and identifiers must be in the evidence."""

from __future__ import annotations

import re

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .saying import Name
from .standing import Standing
from .words import words_of

TALK = frozenset("i me my we us our you your hello hi thanks please sorry welcome".split())
"""Words of people who talk with each other."""
_ROOT = 5
"""Letters from which on a word may be the root of another."""
_SEARCHED = 50_000
"""Characters of each piece of evidence in which what an abbreviation stands for is looked for."""
_COMMON = re.compile(
    r"(?:[^aiosu]s|ies|tion|sion|ment|ity|ness|ance|ence|ing|ery|ism|age|ship|ly|er|est|ue|ure|half)$",
    re.IGNORECASE,
)
"""Endings of words that begin a sentence without being names: `Visitors`, `Revenue`, `Fewer`."""
_ABBREVIATED = re.compile(r"(?<![\w.])(?:[A-Z]{2,6}s?|[A-Z](?:\.[A-Z]){1,5})(?!\w)")
"""Letters for words, with full stops or without."""


@timed(0.5)
def names_in_evidence(claim: Claim) -> Verdict | None:
    """Find names and identifiers that stand neither in the evidence nor in what was said before."""
    standing = Standing.of(claim)
    if standing.saying.is_title or not (standing.witnesses or _states_a_fact(standing)):
        return None
    names = [one for one in standing.saying.names if _counts(one, standing)]
    if not names:
        return None
    loose = [one for one in names if not _is_known(one, standing)]
    if not loose:
        return claim.supported()
    if not standing.is_whole:
        return claim.not_checked("too_large", "The evidence is too long to be searched to its end.")
    if not claim.cited:
        return claim.unsupported(
            "own_knowledge",
            "The sentence cites nothing and names what no evidence of this run has.",
            repair="Say only what the evidence shows, with its citation.",
        )
    kind = "identifier" if all(one.is_code for one in loose) else "name"
    return claim.unsupported(
        "name_not_in_evidence",
        f"{f'One {kind}' if len(loose) == 1 else f'{len(loose)} {kind}s'} of the sentence cannot "
        "be found in the evidence it stands on.",
        repair="Use only names that the cited evidence has, spelled as it spells them.",
    )


def _states_a_fact(standing: Standing) -> bool:
    """Return whether a sentence without any evidence speaks of the world, not of the talk."""
    return len(standing.saying.stems) > 2 and not TALK & standing.saying.lower


def _counts(name: Name, standing: Standing) -> bool:
    """Return whether a name can be told from a word: at the start of a sentence few can."""
    if name.is_code or not name.opens:
        return True
    if len(name.text.split()) > 1 or re.search(r"[a-z][A-Z]|[A-Z]{2}", name.text):
        return True
    if _COMMON.search(name.text) or _speaks_to(name, standing):
        return False
    return bool(standing.tables) and len(standing.tables) == len(standing.witnesses)


def _speaks_to(name: Name, standing: Standing) -> bool:
    """Return whether the word behind a name belongs to talk, as in `Let me`."""
    end = name.start + len(name.text)
    behind = next((one for one in standing.saying.words if one.start >= end), None)
    return behind is not None and behind.text.lower() in TALK


def _is_known(name: Name, standing: Standing) -> bool:
    if name.is_code:
        return standing.names(name.text) or all(map(standing.knows, _words(name.text)))
    if all(standing.knows(one) or _is_derived(one, standing) for one in _words(name.text)):
        return True
    letters = _letters(name, standing)
    return bool(letters) and (_is_spelled(letters, standing) or _stands_for(letters, standing))


def _words(text: str) -> list[str]:
    found = [one.text for one in words_of(text) if not one.is_grammar and len(one.text) > 1]
    return found or [text]


def _is_derived(word: str, standing: Standing) -> bool:
    """Return whether a name is made from one of the evidence, as `Libyan` is from `Libya`."""
    lowered = word.lower()
    return len(lowered) >= _ROOT and any(
        len(one) >= _ROOT and (lowered.startswith(one) or one.startswith(lowered))
        for one in standing.vocabulary
    )


def _letters(name: Name, standing: Standing) -> str:
    """Return the letters of a name that is an abbreviation; of `U.S.` it may be the first alone."""
    match = _ABBREVIATED.match(standing.saying.text, name.start)
    if match is None or len(match[0]) < len(name.text):
        return ""
    return match[0].replace(".", "").rstrip("s")


def _is_spelled(letters: str, standing: Standing) -> bool:
    """Return whether an abbreviation stands there, with full stops or without: `D.C.` for `DC`."""
    spelled = r"\.?".join(letters)
    pattern = re.compile(rf"(?<![\w.]){spelled}(?!\w)")
    texts = (*(one.text[:_SEARCHED] for one in standing.witnesses), standing.said)
    return any(map(pattern.search, texts))


def _stands_for(letters: str, standing: Standing) -> bool:
    """Return whether the evidence has words that begin with these letters, one behind the other."""
    initials = r"\W+(?:(?:of|the|and|for)\W+)?".join(rf"{letter}\w+" for letter in letters)
    pattern = re.compile(rf"\b{initials}", re.IGNORECASE)
    return any(pattern.search(one.text[:_SEARCHED]) for one in standing.witnesses)
