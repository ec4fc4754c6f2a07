"""Passages: the sentences of evidence, found again by the words of a claim."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import islice, pairwise

from ..figures import Figures, figures_in
from .lexicon import NEGATION
from .words import Word, words

MOST_CHARACTERS = 200_000
"""How much of one piece of evidence is read."""
_PASSED_OVER = frozenset("a an the be been being yet any to of always ever also really".split())
"""What may stand between a negation and the word that it denies."""
_TICKED = re.compile(r"`+([^`\n]{1,80})`+")
_SET_APART = re.compile(r"`+[^`\n]{1,80}`+|\"[^\"\n]{1,30}\"|“[^”\n]{1,30}”")
_BREAK = re.compile(r"(?<=[.!?;])[\"'’”)\]*]*\s+(?=[^\sa-z])|\s*\n\s*(?:\n|(?=[-*#|>]|\d+[.)]\s))")


@dataclass(frozen=True)
class Passage:
    """One sentence of evidence."""

    text: str
    place: int

    @cached_property
    def words(self) -> list[Word]:
        """Its words in order."""
        return words(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words that carry meaning."""
        return frozenset(one.stem for one in self.words if not one.is_grammar)

    @cached_property
    def plain(self) -> str:
        """Its text without identifiers and short quotations."""
        return _SET_APART.sub(lambda match: " " * len(match[0]), self.text)

    @cached_property
    def denials(self) -> tuple[tuple[str, ...], ...]:
        """The stems behind each of its negations, nearest first."""
        return denials_in(self.plain)

    @cached_property
    def codes(self) -> list[str]:
        """The identifiers that are set apart in it."""
        return _TICKED.findall(self.text)

    @cached_property
    def figures(self) -> Figures:
        """Its numbers and dates."""
        return figures_in(self.text)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the words of a claim stand together."""

    passages: tuple[Passage, ...]
    stems: frozenset[str]
    """All of the stems there, those of the heading included."""
    coverage: float
    """What share of the claim's stems is there, rare ones counting more."""

    @property
    def text(self) -> str:
        """What stands there."""
        return " ".join(one.text for one in self.passages)


class Reading:
    """The sentences of one text, by their words."""

    def __init__(self, text: str, heading: str = "") -> None:
        self.is_whole = len(text) <= MOST_CHARACTERS
        """False when the text is too long to be read to its end."""
        self.passages = [
            Passage(one, place) for place, one in enumerate(_sentences(text[:MOST_CHARACTERS]))
        ]
        self.title = heading
        self.heading = frozenset(one.stem for one in words(heading) if not one.is_grammar)
        self._where: dict[str, list[int]] = {}
        for passage in self.passages:
            for stem in passage.stems:
                self._where.setdefault(stem, []).append(passage.place)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Every stem of the text."""
        return frozenset(self._where) | self.heading

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every two words of meaning that stand next to each other."""
        found: set[tuple[str, str]] = set()
        for passage in self.passages:
            stems = [one.stem for one in passage.words if not one.is_grammar]
            found.update(pairwise(stems))
        return frozenset(found)

    def weight(self, stem: str) -> float:
        """Return how much a stem tells: rare ones tell more."""
        return 1.0 + math.log((1 + len(self.passages)) / (1 + len(self._where.get(stem, ()))))

    def near(self, stems: Iterable[str], *, most: int = 40) -> list[Passage]:
        """Return the sentences that have most of the stems."""
        scores: dict[int, float] = {}
        for stem in stems:
            for place in self._where.get(stem, ()):
                scores[place] = scores.get(place, 0.0) + self.weight(stem)
        return [self.passages[place] for place in nlargest(most, scores, key=scores.__getitem__)]

    def around(self, passage: Passage) -> str:
        """Return a sentence with those before and behind it."""
        beside = self.passages[max(passage.place - 1, 0) : passage.place + 2]
        return " ".join(one.text for one in beside)

    def best(self, stems: Iterable[str], *, width: int = 2) -> Found | None:
        """Return the sentences, at most `width` next to each other, that have most of the stems."""
        wanted = {stem: self.weight(stem) for stem in stems}
        total = sum(wanted.values())
        if not total:
            return None
        scores: dict[int, float] = {}
        for stem, weight in wanted.items():
            for place in self._where.get(stem, ()):
                scores[place] = scores.get(place, 0.0) + weight
        if not scores:
            return None
        top = sorted(scores, key=lambda place: (-scores[place], place))[:3]
        founds = [self._around(place, wanted, total, width) for place in top]
        return max(founds, key=lambda one: one.coverage)

    def together(self, stems: Set[str], *, width: int = 3) -> float:
        """Return the largest share of the stems that so many neighbouring sentences have."""
        wanted = stems - self.heading
        have: dict[int, int] = {}
        for bit, stem in enumerate(wanted):
            for place in self._where.get(stem, ()):
                have[place] = have.get(place, 0) | 1 << bit
        most = max((_united(have, place, width) for place in have), default=0)
        return (most + len(stems) - len(wanted)) / len(stems) if stems else 0.0

    def _around(self, place: int, wanted: dict[str, float], total: float, width: int) -> Found:
        chosen = [self.passages[place]]
        have = {*chosen[0].stems, *self.heading}
        for _ in range(width - 1):
            beside = [
                self.passages[next_to]
                for next_to in (chosen[0].place - 1, chosen[-1].place + 1)
                if 0 <= next_to < len(self.passages)
            ]
            gains = [
                (sum(wanted[s] for s in one.stems - have if s in wanted), one) for one in beside
            ]
            gain, best = max(gains, key=lambda one: one[0], default=(0.0, None))
            if best is None or gain < 1.0:
                break
            chosen = sorted([*chosen, best], key=lambda one: one.place)
            have |= best.stems
        covered = sum(weight for stem, weight in wanted.items() if stem in have)
        return Found(tuple(chosen), frozenset(have), covered / total)


def _united(have: Mapping[int, int], place: int, width: int) -> int:
    """Return how many stems the sentences from a place on have, each counted once."""
    bits = 0
    for one in range(place, place + width):
        bits |= have.get(one, 0)
    return bits.bit_count()


def denials_in(text: str) -> tuple[tuple[str, ...], ...]:
    """Return, for each negation in a text, the stems of the next words in its clause."""
    found: list[tuple[str, ...]] = []
    for match in NEGATION.finditer(text):
        clause = re.split(r"[.;:,]\s|\b(?:and|but|or)\b", text[match.end() :], maxsplit=1)[0]
        said = [one for one in words(clause) if one.text.lower() not in _PASSED_OVER]
        if said:
            rest = (one.stem for one in said[1:] if not one.is_grammar)
            found.append((said[0].stem, *islice(rest, 2)))
    return tuple(found)


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _BREAK.split(text) if one.strip()]
