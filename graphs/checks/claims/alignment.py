"""Alignment: the sentence of a text that a claim restates, and where the two part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..numbers import Number, states
from .evidence import Witness
from .lexicon import NEGATION, OPPOSITES, QUANTIFIERS
from .passages import Found, Passage, denials_in
from .saying import Saying
from .words import flat, standing_alone, stems_of, words

_TICKED = re.compile(r"`+([^`\n]{1,80})`+")
_CAPITAL = re.compile(r"(?<=[a-z0-9,)] )[A-Z][a-zA-Z]{2,}")
_CONDITION = re.compile(
    r"(?:^|[,;:]? )(?P<clause>\b(?:only (?:after|when|if|for|with)|when|if|unless|until|except|"
    r"under (?=`)|as long as|provided)[^,;:.]+)",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"\b(?:only|when|if|unless|until|except|without|under|as long as|provided|whenever|otherwise|"
    r"while)\b",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    r"\b(?:refus\w*|fail\w*|unless|except|instead|rather|lacks?|lacking|den(?:y|ies|ied)|reject\w*|"
    r"prevent\w*|unable|hardly|forbid\w*|left out|leaves? out|exclud\w*|avoid\w*|unlike|impossible|"
    r"only|without|un\w{3,}ed)\b",
    re.IGNORECASE,
)
_SAME = 0.85
"""Share of words in common from which on two sentences say the same."""
_NEAR = 25
"""Characters before a word in which a negation is taken to deny it."""
_DOES = r"\b(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|must|should)\s+"


@dataclass(frozen=True)
class Alignment:
    """A claim beside the one sentence of a text that has most of its words."""

    saying: Saying
    witness: Witness
    found: Found

    @property
    def coverage(self) -> float:
        """What share of the claim's words is there."""
        return self.found.coverage

    @property
    def passage(self) -> Passage:
        """The sentence."""
        return self.found.passages[0]

    @cached_property
    def text(self) -> str:
        """What stands there."""
        return self.found.text

    @cached_property
    def lower(self) -> frozenset[str]:
        """The words that stand there, in small letters."""
        return frozenset(w.text.lower() for one in self.found.passages for w in one.words)

    def denies(self) -> bool:
        """Return whether one says that something is not so where the other says that it is."""
        there = {one.stem for one in self.passage.words}
        for denial in self.saying.denials:
            denied = next((stem for stem in denial if stem in there), None)
            if denied is not None and not _stands_denied(denied, self.passage.plain):
                return True
        ours = {one.stem: one for one in words(self.saying.plain)}
        for denied, *_ in self.passage.denials:
            if denied not in ours or _stands_denied(denied, self.saying.plain):
                continue
            if not ours[denied].is_grammar or re.search(
                rf"{_DOES}{re.escape(ours[denied].text)}\b", self.saying.plain
            ):
                return True
        return self._outnumbers()

    def _outnumbers(self) -> bool:
        """Return whether one of two sentences that say the same has a negation more."""
        ours = len(NEGATION.findall(self.saying.plain))
        theirs = len(NEGATION.findall(self.passage.plain))
        if ours > theirs:
            plain = not theirs and not _SAYS_NO.search(self.passage.plain)
            return plain or self.coverage >= _SAME
        back = len(self.passage.stems & self.saying.stems) / max(len(self.passage.stems), 1)
        return ours < theirs and self.coverage >= _SAME and back >= _SAME

    def opposes(self) -> bool:
        """Return whether the claim has the opposite of a word that stands there."""
        for word in self.saying.lower & OPPOSITES.keys():
            if word in self.lower:
                continue
            others = OPPOSITES[word] & self.lower
            if others and not others & self.saying.lower:
                return True
        return False

    def overstates(self) -> bool:
        """Return whether the claim says `only` or `all` where nothing like it stands."""
        return any(
            word not in self.lower and not QUANTIFIERS[word] & self.lower
            for word in self.saying.lower & QUANTIFIERS.keys()
        )

    def replaces(self) -> bool:
        """Return whether a name that stands there has another word in its place in the claim."""
        ours, theirs = self.saying.words, self.passage.words
        for left, word, right in zip(ours, ours[1:], ours[2:], strict=False):
            if word.stem in self.witness.vocabulary or word.is_grammar:
                continue
            for before, other, behind in zip(theirs, theirs[1:], theirs[2:], strict=False):
                if (
                    (before.stem, behind.stem) == (left.stem, right.stem)
                    and other.is_capitalised
                    and other.stem not in self.saying.stems
                ):
                    return True
        return False

    def misnumbers(self) -> bool:
        """Return whether the claim has another number than stands there, beside the same word."""
        ours = [one for one in self.saying.figures.numbers if not (one.word and one.value <= 2)]
        theirs = list(self.passage.figures.numbers)
        loose = [
            one
            for one in ours
            if not any(states(one, value) for other in theirs for value in other.readings())
        ]
        spare = [
            other
            for other in theirs
            if not any(states(one, value) for one in ours for value in other.readings())
        ]
        around = {word for one in spare for word in _beside(self.passage.text, one)}
        return any(around & _beside(self.saying.text, one) for one in loose)

    def unconditions(self) -> bool:
        """Return whether it holds only under a condition that the claim leaves out."""
        for match in _CONDITION.finditer(self.passage.plain):
            clause = stems_of(match["clause"])
            if clause and len(clause & self.saying.stems) <= 0.34 * len(clause):
                rest = self.passage.stems - clause
                if len(rest & self.saying.stems) >= 0.6 * max(len(rest), 1):
                    return not _MARKED.search(self.saying.core)
        return False


@dataclass(frozen=True)
class Subject:
    """An identifier that a claim is about, and of what the texts say the rest."""

    name: str
    with_it: float
    """What share of the rest stands in a sentence that has the name."""
    without: float
    """The same for a sentence that has another name instead."""

    @property
    def is_swapped(self) -> bool:
        """True when the rest is said of something else."""
        return self.without >= 0.5 and self.without > self.with_it + 0.15


def subjects(saying: Saying, witnesses: tuple[Witness, ...]) -> Iterator[Subject]:
    """Yield the identifiers of a claim with where the rest of it stands."""
    codes = [one.text for one in saying.names if one.is_code]
    rest = saying.stems - stems_of(" ".join(codes))
    if len(rest) < 2:
        return
    for name in dict.fromkeys(codes):
        wanted = standing_alone(name)
        best = {True: 0.0, False: 0.0}
        for witness in witnesses:
            reading = witness.reading
            total = sum(map(reading.weight, rest))
            for passage in reading.near(rest):
                has = bool(wanted.search(flat(f"{passage.text} {reading.title}")))
                spare = any(flat(one) not in flat(saying.text) for one in passage.codes)
                if has or spare:
                    covered = sum(map(reading.weight, rest & passage.stems)) / total
                    best[has] = max(best[has], covered)
                if len(codes) > 1 and wanted.search(flat(reading.around(passage))):
                    best[True] = max(best[True], best[False])
        yield Subject(name, best[True], best[False])


def align(saying: Saying, witnesses: tuple[Witness, ...]) -> Alignment | None:
    """Return the claim beside the sentence, of any of the texts, that has most of its words."""
    best: Alignment | None = None
    for witness in witnesses:
        found = witness.reading.best(saying.stems, width=1)
        if found is not None and (best is None or found.coverage > best.coverage):
            best = Alignment(saying, witness, found)
    return best


def _beside(text: str, number: Number) -> set[tuple[int, str]]:
    """Return the stems right before and right behind a number, where they mean something."""
    before = words(text[max(number.start - 24, 0) : number.start])[-1:]
    behind = words(text[number.end : number.end + 24])[:1]
    return {(-1, one.stem) for one in before if not one.is_grammar} | {
        (1, one.stem) for one in behind if not one.is_grammar
    }


def _stands_denied(stem: str, text: str) -> bool:
    """Return whether the word stands close behind a negation, anywhere in a text."""
    if any(stem in denial[:2] for denial in denials_in(text)):
        return True
    places = (one.start for one in words(text) if one.stem == stem)
    return any(_SAYS_NO.search(text[max(start - _NEAR, 0) : start]) for start in places)
