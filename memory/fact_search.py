"""Fact search: which facts bear on a question, of those that held at the time it is about.

Words and meaning decide (`fusion`). Of facts whose scores are the same to a hundredth, the one that
was cited more often comes first, then the one that was said or cited last. As factors of the score
both were tried on data, and made no difference or did harm (`docs/stores.md`).
"""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.evidence import Finding
from surefoot.model import estimated_tokens
from surefoot.scope import Scope

from .claims import asks_for_everything, asks_for_history
from .fact_book import FactBook, Person, collection_of, person_of
from .facts import Fact, row_of
from .fusion import fuse
from .meaning import Meaning
from .validity import is_before, moment_of
from .words import stems

_CANDIDATES = 50
_SAME_MEANING = 0.75
"""Cosine similarity from which a fact is what a person meant by other words."""
_STANDING = 5
_EVERYTHING = 100
_ALIKE = 2
"""Decimal places to which the scores of facts that fit alike agree."""


class FactSearch:
    """Finds facts for questions, and those that are to be forgotten."""

    def __init__(self, book: FactBook, meaning: Meaning) -> None:
        self._book = book
        self._meaning = meaning

    def search(self, query: str, scope: Scope, *, limit: int, now: str) -> list[Finding]:
        """Return the facts nearest to a query, best first.

        Superseded ones too when it asks how things were, and when it asks of a time in the past,
        those that held then. A query about everything that is known gets all that holds now.
        """
        return [fact.finding(score) for fact, score in self._ranked(query, scope, limit, now)]

    def recall(
        self, question: str, scope: Scope, *, limit: int, tokens: int, now: str
    ) -> tuple[Finding, ...]:
        """Return the facts that bear on a question, then standing wishes, which always do.

        As many as fit into `tokens`, the first at least.
        """
        person = person_of(scope)
        found = [fact.finding(score) for fact, score in self._ranked(question, scope, limit, now)]
        known = {each.source for each in found}
        rows = self._book.standing(person, limit=_STANDING)
        wishes = self._book.facts(person, history=False, rows=rows).values()
        standing = [fact.finding(0.0) for fact in wishes if _holds(fact, now)]
        return tuple(_within((*found, *(w for w in standing if w.source not in known)), tokens))

    def matching(self, query: str, person: Person) -> list[int]:
        """Return the rows, history too, that hold every word of the query, or else mean it."""
        facts = self._book.facts(person, history=True)
        if (row := row_of(query)) is not None:
            return [row] if row in facts else []
        wanted = set(stems(query))
        by_words = [row for row, f in facts.items() if wanted and wanted <= set(stems(f.text))]
        if by_words:
            return by_words
        nearest = self._meaning.nearest(collection_of(person), query, limit=_CANDIDATES)
        return [row for row, cosine in nearest.items() if cosine >= _SAME_MEANING and row in facts]

    def _ranked(self, query: str, scope: Scope, limit: int, now: str) -> list[tuple[Fact, float]]:
        person = person_of(scope)
        if limit < 1 or not self._book.has_any(person):
            return []
        moment = moment_of(query, now=now)
        history = moment is not None or asks_for_history(query)
        if asks_for_everything(query):
            facts = self._book.facts(person, history=asks_for_history(query)).values()
            newest = [fact for fact in facts if _fits(fact, moment, history, now)][-_EVERYTHING:]
            return [(fact, 1.0) for fact in newest]
        scores = fuse(
            self._book.keywords.search(query, person, limit=_CANDIDATES),
            self._meaning.nearest(collection_of(person), query, limit=_CANDIDATES),
        )
        known = self._book.facts(person, history=history, rows=list(scores))
        fitting = (
            (fact, scores[row]) for row, fact in known.items() if _fits(fact, moment, history, now)
        )
        return sorted(fitting, key=_merit, reverse=True)[:limit]


def _fits(fact: Fact, moment: str | None, history: bool, now: str) -> bool:
    """Return whether a fact held at the time in question."""
    if fact.was_wrong:
        return False
    if moment is not None:
        return not _begins_after(fact, moment) and not _ends_before(fact, moment)
    return history or _holds(fact, now)


def _holds(fact: Fact, now: str) -> bool:
    return not _ends_before(fact, now) and not (fact.valid_from and is_before(now, fact.valid_from))


def _ends_before(fact: Fact, moment: str) -> bool:
    return fact.valid_to is not None and is_before(fact.valid_to, moment)


def _begins_after(fact: Fact, moment: str) -> bool:
    """What nobody has said the beginning of is known to hold from when it was said.

    Unless it had ended by then.
    """
    began = fact.valid_from
    if began is None and not _ends_before(fact, fact.observed_at):
        began = fact.observed_at
    return began is not None and is_before(moment, began)


def _merit(ranked: tuple[Fact, float]) -> tuple[float, int, str, float]:
    fact, score = ranked
    return round(score, _ALIKE), fact.uses, fact.last_used_at or fact.observed_at, score


def _within(findings: Iterable[Finding], tokens: int) -> Iterable[Finding]:
    for number, finding in enumerate(findings):
        tokens -= estimated_tokens(finding.content)
        if tokens < 0 and number:
            return
        yield finding
