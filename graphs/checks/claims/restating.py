"""Restating: a claim's statements beside those of the evidence that say most nearly the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .clauses import Clause, clauses_of, plain
from .evidence import Witness
from .passages import Passage
from .standing import Standing

_MOST_PASSAGES = 6
_NEAR = 0.4
"""Share of a statement's words, as they are spelled, that a sentence must have to be read."""
_COVERS = 0.66
"""Share of a statement's words from which on another may say the same."""
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Restated:
    """A statement of a claim and the one of the evidence that it restates."""

    claim: Clause
    clause: Clause
    ours: tuple[Clause, ...]
    """All statements of the claim's sentence."""
    theirs: tuple[Clause, ...]
    """All statements of the passage."""
    passage: Passage
    coverage: float
    witness: Witness


def statements(standing: Standing) -> list[Clause]:
    """Return what a claim states, without its conditions and what is too short to be found."""
    sentence = clauses_of(standing.saying.plain_names)
    return [
        one for one in sentence if not one.bounds and len(one.whole) + figure_count(one) >= _FEWEST
    ]


def is_read(standing: Standing, found: Sequence[tuple[Restated, ...]]) -> bool:
    """Return whether what a claim denies, else anything of it, has been found restated."""
    read = {every[0].claim for every in found}
    denying = {one for one in clauses_of(standing.saying.plain_names) if one.denies}
    return all(one.bounds or one in read for one in denying) and bool(read)


def restated(standing: Standing) -> Iterator[tuple[Restated, ...]]:
    """Yield, for each statement of a claim, those of the evidence that restate it best."""
    sentence = clauses_of(standing.saying.plain_names)
    for clause in statements(standing):
        found = sorted(_candidates(clause, sentence, standing), key=_closeness, reverse=True)
        best = [one for one in found if _closeness(one) == _closeness(found[0])]
        if best and best[0].coverage >= _COVERS:
            yield tuple(best)


def figure_count(clause: Clause) -> int:
    """Return how many figures a statement has."""
    return len(clause.figures.numbers) + len(clause.figures.days) + len(clause.figures.times)


def _candidates(clause: Clause, ours: tuple[Clause, ...], standing: Standing) -> Iterator[Restated]:
    for witness in standing.texts:
        reading = witness.reading
        for passage in reading.near(clause.whole, most=_MOST_PASSAGES):
            before = reading.passages[passage.place - 1].stems if passage.place else frozenset()
            near = passage.stems | reading.heading | before
            if len(clause.whole & near) < _NEAR * len(clause.whole):
                continue
            theirs = clauses_of(passage.text.replace("`", " "), reading.heading, before)
            for one in theirs:
                if not one.bounds:
                    covered = _coverage(clause, one)
                    yield Restated(clause, one, ours, theirs, passage, covered, witness)


def _coverage(clause: Clause, other: Clause) -> float:
    """Return what share of a statement's words another has; names count twice."""
    total = sum(_weight(one, clause) for one in clause.whole) or 1.0
    there = sum(_weight(one, clause) for one in clause.whole if has_word(other, one))
    return there / total


def _weight(stem: str, clause: Clause) -> float:
    return 2.0 if stem in clause.names else 1.0


def has_word(clause: Clause, stem: str) -> bool:
    """Return whether a statement has a word, be it as its own opposite."""
    every = clause.whole
    return stem in every or plain(stem, every) is not None or f"un{stem}" in every


def _closeness(one: Restated) -> tuple[float, int, float]:
    own = len(one.claim.stems & one.clause.stems)
    return (round(one.coverage, 3), own, own / max(len(one.clause.stems), 1))
