"""Facts: what is known about each person, where it was said, and what it took the place of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surefoot.evidence import Finding, MemorySource
from surefoot.scope import Scope

from .claims import Claim, asks_for_history, claim_of, sentence_of, stands_always
from .database import transaction
from .fusion import fuse
from .keywords import KeywordIndex, scope_key
from .meaning import Meaning
from .words import stems

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    text TEXT NOT NULL,
    sentence TEXT NOT NULL,   -- the text in the form in which facts are compared
    subject TEXT,             -- NULL when no rule knows what it is about
    value TEXT,
    stands_always INTEGER NOT NULL,
    thread TEXT NOT NULL,
    run_id TEXT,
    observed_at TEXT NOT NULL,
    superseded_by INTEGER REFERENCES facts ON DELETE SET NULL,
    superseded_at TEXT,
    has_vector INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS facts_by_person ON facts (tenant, user, superseded_at);
CREATE INDEX IF NOT EXISTS facts_without_vector ON facts (id) WHERE has_vector = 0;
"""

_OF_PERSON = "tenant = ? AND user = ?"
_COLUMNS = "id, text, subject, thread, run_id, observed_at, superseded_at"
_CANDIDATES = 50
_SAME_MEANING = 0.75
"""Cosine similarity from which a fact is what a person meant by other words."""
_STANDING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something remembered about a person."""

    memory_id: str
    text: str
    """As it was said."""
    subject: str | None = None
    """What it is about, where a rule knows; a newer fact about it takes its place."""
    thread_id: str
    run_id: str | None = None
    observed_at: str
    """RFC 3339."""
    superseded_at: str | None = None
    """When a newer fact took its place; None while it is current."""

    @property
    def said(self) -> str:
        """The text, with its end where it is history."""
        return self.text if self.superseded_at is None else f"{self.text} ({self._until})"

    @property
    def _until(self) -> str:
        return f"until {(self.superseded_at or '')[:10]}"


class FactBook:
    """Facts in SQLite, for one thread of the program."""

    def __init__(self, database: sqlite3.Connection, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning
        self._keywords = KeywordIndex(database, "fact_words")

    def remember(self, text: str, scope: Scope, *, run_id: str | None, now: str) -> int:
        """Keep a fact and return its row; what says the same already is that row."""
        person, claim = _person(scope), claim_of(text)
        with transaction(self._database):
            if (known := self._same(person, sentence_of(text), claim)) is not None:
                return known
            row = self._database.execute(
                "INSERT INTO facts (tenant, user, text, sentence, subject, value, stands_always, "
                "thread, run_id, observed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *person,
                    text,
                    sentence_of(text),
                    claim and claim.subject,
                    claim and _value(claim),
                    stands_always(text),
                    scope.thread_id,
                    run_id,
                    now,
                ),
            ).lastrowid
            assert row is not None
            self._keywords.add(row, person, text)
            if claim is not None:
                self._supersede(person, claim, by=row, now=now)
        return row

    def embed_new(self) -> None:
        """Give a vector to every fact that has none."""
        rows = self._database.execute(
            "SELECT id, tenant, user, text FROM facts WHERE has_vector = 0"
        ).fetchall()
        for person in dict.fromkeys((tenant, user) for _, tenant, user, _ in rows):
            texts = {int(row): text for row, *whose, text in rows if tuple(whose) == person}
            self._meaning.put(_collection(person), texts)
        with transaction(self._database):
            self._database.executemany(
                "UPDATE facts SET has_vector = 1 WHERE id = ?", [(row[0],) for row in rows]
            )

    def search(self, query: str, scope: Scope, *, limit: int) -> list[Finding]:
        """Return the facts nearest to a query; superseded ones when it asks how things were."""
        person = _person(scope)
        if limit < 1 or not self._has_any(person):
            return []
        ranked = fuse(
            self._keywords.search(query, person, limit=_CANDIDATES),
            self._meaning.nearest(_collection(person), query, limit=_CANDIDATES),
        )
        facts = self._facts(person, history=asks_for_history(query), rows=list(ranked))
        found = [_finding(facts[row], score) for row, score in ranked.items() if row in facts]
        return found[:limit]

    def recall(self, question: str, scope: Scope, *, limit: int) -> tuple[Finding, ...]:
        """Return the facts that bear on a question, then standing wishes, which always do."""
        found = self.search(question, scope, limit=limit)
        known = {found_.source for found_ in found}
        standing = self._database.execute(
            f"SELECT id FROM facts WHERE {_OF_PERSON} AND superseded_at IS NULL "
            "AND stands_always ORDER BY id DESC LIMIT ?",
            (*_person(scope), _STANDING),
        ).fetchall()
        wishes = self._facts(_person(scope), history=False, rows=[row for (row,) in standing])
        always = (_finding(fact, 0.0) for fact in wishes.values())
        return (*found, *(wish for wish in always if wish.source not in known))

    def facts(self, scope: Scope, *, history: bool) -> list[Fact]:
        """Return all facts about a person, oldest first."""
        return list(self._facts(_person(scope), history=history).values())

    def forget(self, scope: Scope, query: str | None) -> tuple[int, str, list[int]]:
        """Delete a person's facts, or those that match; history goes too.

        Returns how many, the collection of their vectors, and their rows there, none for all.
        Belongs to the caller's transaction.
        """
        person = _person(scope)
        everything = list(self._facts(person, history=True))
        rows = everything if query is None else self._matching(query, person)
        return self._delete(person, rows, of=len(everything))

    def forget_one(self, memory_id: str, scope: Scope) -> tuple[int, str, list[int]]:
        """Delete the fact with this memory id; otherwise as `forget`."""
        person = _person(scope)
        everything = self._facts(person, history=True)
        rows = [row for row in everything if fact_id(row) == memory_id]
        return self._delete(person, rows, of=len(everything))

    def _delete(
        self, person: tuple[str, str], rows: list[int], *, of: int
    ) -> tuple[int, str, list[int]]:
        self._keywords.remove(rows)
        self._database.executemany("DELETE FROM facts WHERE id = ?", [(row,) for row in rows])
        return len(rows), _collection(person), [] if len(rows) == of else rows

    def scrub(self) -> None:
        """Rewrite the keyword index so that it holds no word of a deleted fact."""
        self._keywords.scrub()

    def without_vectors(self) -> None:
        """Note that no fact has a vector any more."""
        self._database.execute("UPDATE facts SET has_vector = 0")

    def _same(self, person: tuple[str, str], sentence: str, claim: Claim | None) -> int | None:
        found = self._database.execute(
            f"SELECT id FROM facts WHERE {_OF_PERSON} AND superseded_at IS NULL "
            "AND (sentence = ? OR (subject = ? AND value = ?))",
            (*person, sentence, claim and claim.subject, claim and _value(claim)),
        ).fetchone()
        return None if found is None else int(found[0])

    def _supersede(self, person: tuple[str, str], claim: Claim, *, by: int, now: str) -> None:
        self._database.execute(
            "UPDATE facts SET superseded_by = ?, superseded_at = ? "
            f"WHERE {_OF_PERSON} AND superseded_at IS NULL AND subject = ? AND id != ? "
            "AND (NOT ? OR value = ?)",
            (by, now, *person, claim.subject, by, claim.denied, claim.value),
        )

    def _has_any(self, person: tuple[str, str]) -> bool:
        query = f"SELECT 1 FROM facts WHERE {_OF_PERSON} LIMIT 1"
        return self._database.execute(query, person).fetchone() is not None

    def _matching(self, query: str, person: tuple[str, str]) -> list[int]:
        """Return the facts that hold every word of the query, or else those that mean the same."""
        wanted = set(stems(query))
        facts = self._facts(person, history=True)
        by_words = [row for row, f in facts.items() if wanted and wanted <= set(stems(f.text))]
        if by_words:
            return by_words
        nearest = self._meaning.nearest(_collection(person), query, limit=_CANDIDATES)
        return [row for row, cosine in nearest.items() if cosine >= _SAME_MEANING and row in facts]

    def _facts(
        self, person: tuple[str, str], *, history: bool, rows: Sequence[int] | None = None
    ) -> dict[int, Fact]:
        condition = _OF_PERSON if history else f"{_OF_PERSON} AND superseded_at IS NULL"
        if rows is not None:
            condition += f" AND id IN ({', '.join('?' * len(rows))})"
        found = self._database.execute(
            f"SELECT {_COLUMNS} FROM facts WHERE {condition} ORDER BY id",
            (*person, *(rows or ())),
        )
        return {int(row): _fact(int(row), columns) for row, *columns in found}


def fact_id(row: int) -> str:
    """Return the memory id of a fact."""
    return f"fact-{row}"


def _fact(row: int, columns: Iterable[str | None]) -> Fact:
    text, subject, thread, run_id, observed_at, superseded_at = columns
    return Fact(
        memory_id=fact_id(row),
        text=text or "",
        subject=subject,
        thread_id=thread or "",
        run_id=run_id,
        observed_at=observed_at or "",
        superseded_at=superseded_at,
    )


def _finding(fact: Fact, score: float) -> Finding:
    source = MemorySource(
        memory_id=fact.memory_id,
        thread_id=fact.thread_id,
        run_id=fact.run_id,
        observed_at=fact.observed_at,
    )
    return Finding(source=source, content=fact.said, score=score)


def _value(claim: Claim) -> str:
    return f"not {claim.value}" if claim.denied else claim.value


def _person(scope: Scope) -> tuple[str, str]:
    return scope.tenant, scope.user or ""


def _collection(person: tuple[str, str]) -> str:
    return f"facts-{scope_key(person)}"
