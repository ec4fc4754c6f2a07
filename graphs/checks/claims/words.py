"""Words: a text as the stems that claims and evidence are compared by."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from Stemmer import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_CITATION = re.compile(r"\s?\[S\d+\]")
_SPACED = re.compile(r"\s+([,.;:!?])")
_APOSTROPHE = re.compile(r"['’]s?$")

GRAMMAR = frozenset(
    """a about above according after again all also although am an and another any are as at be
    because been before being below both but by can could did do does doing done down during each
    either else ever every few for from further had has have having he her here hers him his how i
    if in into is it its just like may me might more most much must my no nor not of off on once one
    only or other our ours out over own per rather said same say says shall she should so some such
    than that the their theirs them then there these they this those through thus to too under until
    up upon us very was we well were what when where whether which while who whom whose why will
    with within without would yes yet you your yours t s ll re ve d m""".split()
)
"""English words that carry no meaning of their own."""

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, with its place in it."""

    text: str
    stem: str
    start: int

    @property
    def end(self) -> int:
        """The offset just after it."""
        return self.start + len(self.text)

    @property
    def is_grammar(self) -> bool:
        """True for a word that carries no meaning of its own."""
        return self.text.lower() in GRAMMAR

    @property
    def is_capitalised(self) -> bool:
        """True when it starts with a capital letter."""
        return self.text[:1].isupper()


def words(text: str) -> list[Word]:
    """Return the words of a text in order."""
    return list(words_of(text))


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; `bill_length_mm` is three of them."""
    for match in WORD.finditer(text):
        yield Word(match[0], stem(match[0]), match.start())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a word, whatever its case."""
    plain = _APOSTROPHE.sub("", normalize("NFKC", word).casefold())
    stemmed: str = _stemmer().stemWord(plain)
    return stemmed


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that carry meaning; numbers are not among them."""
    return frozenset(
        one.stem for one in words_of(text) if not one.is_grammar and not one.text.isdigit()
    )


def _stemmer() -> Stemmer:
    stemmer: Stemmer | None = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer("english")
    return stemmer


_VARIANTS = str.maketrans(
    {
        "\u2018": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "\u2010": "-",
        "\u2011": "-",
        "−": "-",
        "…": "...",
        "\u00ad": None,
        "\u200b": None,
        "*": None,
        "`": None,
    }
)


def flat(text: str) -> str:
    """Return a text without what typography and Markdown make of it: case, spaces, quotes, bold."""
    plain = _CITATION.sub("", normalize("NFKC", text).translate(_VARIANTS))
    return _SPACED.sub(r"\1", " ".join(plain.casefold().split()))


def standing_alone(text: str) -> re.Pattern[str]:
    """Return what finds a text in a flat one, but not inside a longer word."""
    return re.compile(rf"(?<!\w){re.escape(flat(text))}(?!\w)")
