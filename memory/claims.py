"""Claims: what a remembered sentence is about, so that a newer one can take its place.

Rules, not a model: a sentence that no rule knows has no subject and stands beside all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .validity import without_times
from .words import folded, one_spelling, stems


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says about what."""

    subject: str
    """Such as `home` or `favourite colour`; one person has one true value for it at a time."""
    value: str
    denied: bool = False
    """True for `I no longer live in Oslo`, which ends that value and gives no other."""
    past: bool = False
    """True for `I used to live in Oslo`, which says nothing against what holds now."""

    @property
    def words(self) -> str:
        """The words in which people ask about its subject."""
        return _ASKED_AS.get(self.subject, self.subject)


_ASKED_AS = {
    "home": "home live",
    "employer": "employer work",
    "job": "job work",
    "age": "age old years",
    "name": "name called",
}


_OPENING = re.compile(
    r"^(?:(?:please|also|and|note|remember|know|actually|by the way|from now on|well|so|that|now)"
    r"\b[\s,:]*)+"
)
_OWNER = re.compile(r"\b(?:the user|user|the person)(?:'s|s')")
_PERSON = re.compile(r"^(?:the user|user|the person)\b")
_VERBS = {
    "am": ("is", "'m"),
    "have": ("has", "'ve"),
    "like": ("likes",),
    "live": ("lives",),
    "work": ("works",),
    "prefer": ("prefers",),
    "love": ("loves",),
    "hate": ("hates",),
    "dislike": ("dislikes",),
    "enjoy": ("enjoys",),
    "want": ("wants",),
    "do not": ("does not", "doesn't", "don't"),
    "own": ("owns",),
    "go": ("goes",),
}
_SEVERAL = frozenset(
    stems(
        """friend colleague child son daughter brother sister sibling hobby allergy cat dog pet
        interest skill language goal problem question idea"""
    )
)
"""Things of which one may have several, so that a second one says nothing against the first."""
_COMPOUND = re.compile(r"[.;!?]\s+\w|,? (?:and|but) (?:i|my|we|they)\b")

_WORD = re.compile(r"[\w']+")
_NUMBER = r"(?:no|an?|\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_ADVERB = r"(?:(?:now|currently|really|just|also|always|usually|generally|very much) )*"
_PREFERENCES = {
    "units of distance": r"\b(?:kilomet\w*|km|miles?)\b",
    "system of units": r"\b(?:metric|imperial)\b",
    "units of temperature": r"\b(?:celsius|fahrenheit|kelvin)\b",
    "units of weight": r"\b(?:kilograms?|kilos?|kg|pounds?|lbs?)\b",
    "length of answers": r"\b(?:short|brief|concise|terse|long|longer|shorter|detailed|thorough)\b",
    "language of answers": r"\b(?:english|french|german|spanish|italian|dutch|norwegian|swedish)\b",
    "clock": r"\b(?:24|12)[- ]?hour\b",
    "form of address": r"\b(?:first name|formal|informal)\b",
}
_DISLIKES = re.compile(r"hate|dislike|loathe|not|no longer|can't stand|cannot stand")


def _value_of(subject: str) -> Callable[[re.Match[str]], Claim | None]:
    return lambda found: Claim(subject, _words(found[1]))


def _no_home(found: re.Match[str]) -> Claim | None:
    return Claim("home", _words(found[1]), denied=True)


def _former(subject: str) -> Callable[[re.Match[str]], Claim | None]:
    return lambda found: Claim(subject, _words(found[1]), past=True)


def _opinion(found: re.Match[str]) -> Claim | None:
    return Claim(f"opinion of {_key(found[2])}", "no" if _DISLIKES.search(found[1]) else "yes")


def _former_opinion(found: re.Match[str]) -> Claim | None:
    return Claim(f"opinion of {_key(found[1])}", "yes", past=True)


def _possession(found: re.Match[str]) -> Claim | None:
    return Claim(f"number of {_key(found[2])}", found[1])


def _attribute(found: re.Match[str]) -> Claim | None:
    thing = stems(found[1])
    return None if not thing or thing[-1] in _SEVERAL else Claim(_key(found[1]), _words(found[2]))


def _former_attribute(found: re.Match[str]) -> Claim | None:
    claim = _attribute(found)
    return None if claim is None else Claim(claim.subject, claim.value, past=True)


def _preference(found: re.Match[str]) -> Claim | None:
    wish = found[1]
    for subject, words in _PREFERENCES.items():
        if re.search(words, wish):
            return Claim(subject, _words(wish))
    return None


_RULES = tuple(
    (re.compile(pattern), claim)
    for pattern, claim in (
        (rf"i {_ADVERB}(?:live|reside|am living|have lived|have been living|am based"
         r"|have moved|moved) (?:in|to|at) (.+)",
         _value_of("home")),
        (r"i (?:have )?moved from .+? to (.+)", _value_of("home")),
        (r"i (?:used to live|lived|was living|was based) (?:in|at) (.+)", _former("home")),
        (r"i (?:used to work|worked|was working) (?:at|for) (.+)", _former("employer")),
        (r"i used to (?:like|love|enjoy) (.+)", _former_opinion),
        (r"i (?:no longer|do not) live (?:in|at) (.+?)(?: any ?more| any longer)?", _no_home),
        (r"(?:my name is|i am called|call me|i go by|people call me) (.+)", _value_of("name")),
        (rf"i {_ADVERB}(?:work|am working|have started|started)(?: working)? (?:at|for) (.+)",
         _value_of("employer")),
        (rf"i {_ADVERB}work as (.+)", _value_of("job")),
        (r"i am (\d+)(?: years old| years of age)?", _value_of("age")),
        (rf"i {_ADVERB}(?:prefer|want|would like|would rather have) (.+)", _preference),
        (r"((?:always |please )*(?:use|answer|reply|respond|write|speak|give|show)\b.+)",
         _preference),
        (rf"i {_ADVERB}(like|love|enjoy|adore|hate|dislike|loathe|do not (?:like|enjoy)"
         r"|no longer (?:like|enjoy)|can't stand|cannot stand) (.+)", _opinion),
        (rf"i {_ADVERB}(?:have|own) ({_NUMBER}) (.+)", _possession),
        (r"my (.+?) (?:is|are|=|:) (.+)", _attribute),
        (r"my (.+?): (.+)", _attribute),
        (r"my (.+?) (?:was|were|used to be) (.+)", _former_attribute),
        (r"([a-z]+'s .+?) (?:is|are) (.+)", _attribute),
    )
)  # fmt: skip

_STANDING = re.compile(
    r"\b(?:prefer|always|never|call me|my name|answer|reply|want|vegetarian|vegan|allerg\w+)\b"
)
_HISTORY = re.compile(
    r"\b(?:used? to|previous\w*|former\w*|before|earlier|until|history|in the past|past"
    r"|originally|changed?|(?:was|were) my|was i|did i (?:live|work|like|prefer|own|have))\b"
)
_EVERYTHING = re.compile(
    r"\b(?:know|remember\w*|recall|have|stored?|kept|learn\w*) (?:\w+ )?about (?:me|the user)\b"
    r"|\beverything (?:\w+ )?(?:about me|you (?:know|remember))\b|\bmy profile\b"
)


def sentence_of(text: str) -> str:
    """Return what a fact says in one form, whether it was put as `I …` or as `The user …`."""
    said = _OPENING.sub("", " ".join(folded(text).split()).strip(" .!,;"))
    said = _PERSON.sub("i", _OWNER.sub("my", said))
    for verb, forms in _VERBS.items():
        for form in forms:
            gap = "" if form.startswith("'") else " "
            if said.startswith(f"i{gap}{form} "):
                said = f"i {verb} {said[len('i' + gap + form) + 1 :]}"
    return " ".join(one_spelling(word) for word in said.split())


def claim_of(text: str) -> Claim | None:
    """Return what a fact claims about what; None when no rule knows."""
    said = without_times(sentence_of(text))
    if _COMPOUND.search(said):
        return None
    for pattern, claim in _RULES:
        if found := pattern.fullmatch(said):
            return claim(found)
    return None


def stands_always(text: str) -> bool:
    """True for a wish that bears on every question, such as a preferred unit."""
    return _STANDING.search(sentence_of(text)) is not None


def asks_for_history(query: str) -> bool:
    """True when a question is about how things were, so that superseded facts bear on it."""
    return _HISTORY.search(folded(query)) is not None


def asks_for_everything(query: str) -> bool:
    """True when a question is about all that is known of a person."""
    return _EVERYTHING.search(folded(query)) is not None


def _key(words: str) -> str:
    return " ".join(stems(words)) or _words(words)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text))
