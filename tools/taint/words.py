"""Words: text taken apart so that what is quoted from it is found, however it is wrapped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,'\u2019](?=\d{3}(?!\d))")
_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")
_SHORTEST_SQUASHED = 6
_MONTHS = (
    "january february march april may june july august september october november december"
).split()

COMMON = frozenset(
    "a about above after again all also am an and any are as at be been before being below "
    "between both but by can could dear did do does doing down during each else few for from "
    "further get had has have having hello her here hers hi him his how i if in into is it its "
    "just let me more most my no nor not now of off on once only or other our out over own "
    "please regards same she should so some such than thank thanks that the their them then "
    "there these they this those through to too under until up us very was we were what when "
    "where which while who whom why will with would you your yours".split()
)
"""Words that tell nothing about where a text comes from."""


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, in lower case; dates as year, month and day."""
    text = _ORDINAL.sub(r"\1", text.casefold())
    text = _ZEROS.sub("", _THOUSANDS.sub("", text))
    text = _DATE.sub(lambda m: f" {m[1]} {_MONTHS[min(int(m[2]), 12) - 1]} {int(m[3])} ", text)
    return [_plain(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    return word.lstrip("0") or "0" if word.isdecimal() and len(word) <= 2 else word


@dataclass(slots=True)
class Words:
    """A text that can be asked whether it holds another one."""

    text: str
    _run: str = field(init=False)
    _known: frozenset[str] = field(init=False)
    _squashed: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        words = words_of(self.text)
        self._run = f" {' '.join(words)} "
        self._known = frozenset(words)

    def __contains__(self, word: object) -> bool:
        return word in self._known

    def holds(self, words: list[str]) -> bool:
        """Return whether these words stand in the text one after the other."""
        return f" {' '.join(words)} " in self._run

    def holds_squashed(self, words: list[str]) -> bool:
        """Return whether the words stand there, if spaces and marks are left out."""
        wanted = "".join(words)
        if len(wanted) < _SHORTEST_SQUASHED:
            return False
        if self._squashed is None:
            self._squashed = self._run.replace(" ", "")
        return wanted in self._squashed
