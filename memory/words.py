"""Words: texts as the stems that keyword search and the memory rules compare."""

from __future__ import annotations

import re
import threading
from unicodedata import combining, normalize

from Stemmer import Stemmer

_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

STOP_WORDS = frozenset(
    """a about an and any are as at be been being but by can could d did do does doing for from
    had has have having he her here him his how i if in into is it its just ll m me my no nor
    not of on or our ours please re s she should so some such t than that the their them then
    there these they this those to too us ve was we were what when where which while who whom
    whose why will with would you your""".split()
)
"""English words that say nothing about what a text is about."""

_SPELLINGS = {
    "behavior": "behaviour",
    "center": "centre",
    "color": "colour",
    "favor": "favour",
    "favorite": "favourite",
    "flavor": "flavour",
    "gray": "grey",
    "harbor": "harbour",
    "honor": "honour",
    "kilometer": "kilometre",
    "labor": "labour",
    "liter": "litre",
    "meter": "metre",
    "neighbor": "neighbour",
    "theater": "theatre",
    "traveler": "traveller",
}
"""American to British, so that both find each other."""

_PERSON = frozenset(("user", "person"))

_local = threading.local()


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order, stop words left out.

    `run_sql` also counts as `run` and `sql`. Scripts without spaces count in pairs of characters.
    """
    found: list[str] = []
    for word in _WORD.findall(folded(text)):
        if _CJK.search(word):
            found.extend(_pairs(word))
        elif "_" in word:
            found.append(word)
            found.extend(part for part in word.split("_") if part and part not in STOP_WORDS)
        elif word not in STOP_WORDS:
            found.append(word)
    stemmed: list[str] = _stemmer().stemWords([one_spelling(word) for word in found])
    return stemmed


def words_of(text: str) -> set[str]:
    """Return the stems by which a text is told to be about something: not that it is of a user."""
    return set(stems(text)) - _PERSON


def one_spelling(word: str) -> str:
    """Return the British form of a word, or of its plural, where the two differ."""
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    single = word.removesuffix("s")
    return _SPELLINGS[single] + "s" if single in _SPELLINGS else word


def folded(text: str) -> str:
    """Return the text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    parts = normalize("NFKD", readable(text).replace("\u2019", "'").casefold())
    return normalize("NFC", "".join(c for c in parts if not combining(c)))


def readable(text: str) -> str:
    """Return the text with `?` for what is no character, so that it can be stored."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _pairs(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)] or [word]


def _stemmer() -> Stemmer:
    """Return this thread's stemmer; one must not be used by two threads at once."""
    if (stemmer := getattr(_local, "stemmer", None)) is None:
        stemmer = _local.stemmer = Stemmer("english")
    return stemmer
