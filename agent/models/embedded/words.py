"""Words: a question cut into tokens, with the forms that let two words be told to be the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\d{4}-\d\d(?:-\d\d)?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)?"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_HISSING = re.compile(r"(?:ss|x|ch|sh|zz)es$")
NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a text, with its place in it."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The word in small letters, without a possessive `'s`."""
        return _POSSESSIVE.sub("", self.text.lower())

    @property
    def stem(self) -> str:
        """The word's singular."""
        return singular(self.lower)

    @property
    def is_number(self) -> bool:
        """True for `12`, `1,200` and `3.5`, not for number words and dates."""
        return self.text[0].isdigit() and self.text.count("-") == 0

    @property
    def is_capitalised(self) -> bool:
        """True when it starts with a capital letter."""
        return self.text[0].isupper()


def tokens(text: str) -> tuple[Token, ...]:
    """Cut `text` into words, numbers and ISO dates."""
    return tuple(Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text))


def singular(word: str) -> str:
    """Return the singular of an English noun, near enough for comparing two of them."""
    if len(word) < 4:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if _HISSING.search(word):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def root(word: str) -> str:
    """Return the word without the ending a verb or adverb may carry; coarser than `singular`."""
    stem = singular(word)
    for ending in ("ing", "ed", "ly", "er", "e"):
        if stem.endswith(ending) and len(stem) - len(ending) >= 3:
            return stem[: -len(ending)]
    return stem


def stems(text: str) -> tuple[str, ...]:
    """Return the singulars of the words of `text`, in order."""
    return tuple(token.stem for token in tokens(text))


def content_words(text: str, stop: Iterable[str]) -> list[str]:
    """Return the words of `text` that are not in `stop`, in order and once each."""
    skip = set(stop)
    found = (token.lower for token in tokens(text))
    return list(dict.fromkeys(word for word in found if word not in skip and len(word) > 1))


def number(text: str) -> int | float | None:
    """Return the number that a token or number word stands for."""
    plain = text.replace(",", "").lower()
    if plain in NUMBER_WORDS:
        return NUMBER_WORDS[plain]
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return None


def listed(items: Iterable[str]) -> str:
    """Join words the English way: `a, b and c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]
