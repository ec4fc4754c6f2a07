"""The fact book: facts in SQLite, where the newer takes the place of the older."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from surefoot.scope import Scope

from .claims import Claim, claim_of, sentence_of, stands_always
from .database import transaction
from .facts import Fact, Learned, fact_id, row_of
from .keywords import KeywordIndex, scope_key
from .kinds import kind_of, known_kind
from .meaning import Meaning
from .validity import Validity, is_before, validity_of

Person = tuple[str, str]
OF_PERSON = "tenant = ? AND user = ?"
CURRENT = "superseded_at IS NULL"
_COLUMNS = (
    "id, text, kind, subject, confidence, thread, run_id, evidence, created_at, observed_at, "
    "valid_from, valid_to, superseded_by, superseded_at, was_wrong, last_used_at, uses"
)


class FactBook:
    """Facts in SQLite with their words and vectors, for one thread of the program."""

    def __init__(self, database: sqlite3.Connection, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning
        self.keywords = KeywordIndex(database, "fact_words")

    def remember(self, learned: Learned, scope: Scope, *, now: str) -> int:
        """Keep a fact and return its row; what says the same already is that row.

        Belongs to the caller's transaction.
        """
        person, claim = person_of(scope), claim_of(learned.text)
        replaced = self._own(person, learned.replaces)
        if (known := self._same(person, learned, claim)) is not None:
            self._end(replaced - {known}, by=known, at=now, now=now, was_wrong=learned.corrects)
            return known
        observed = learned.observed_at or now
        told = validity_of(learned.text, now=observed)
        since, until = learned.valid_from or told.since, learned.valid_to or told.until
        row = self._insert(learned, claim, scope, Validity(since, until), now=now)
        if claim is not None and claim.past:
            self._end({row}, by=None, at=until or observed, now=now)
            self._end(self._current(person, claim, but=row), by=None, at=until or observed, now=now)
            return row
        if claim is not None and not learned.corrects:
            replaced |= self._current(person, claim, but=row)
        self._end(replaced, by=row, at=since or observed, now=now, was_wrong=learned.corrects)
        if replaced and since is None and not learned.corrects:
            self._database.execute("UPDATE facts SET valid_from = ? WHERE id = ?", (observed, row))
        if until is not None and is_before(until, now):
            self._end({row}, by=None, at=until, now=now)
        return row

    def embed_new(self) -> None:
        """Give a vector to every fact that has none."""
        rows = self._database.execute(
            "SELECT id, tenant, user, text FROM facts WHERE has_vector = 0"
        ).fetchall()
        for person in dict.fromkeys((tenant, user) for _, tenant, user, _ in rows):
            texts = {int(row): text for row, *whose, text in rows if tuple(whose) == person}
            self._meaning.put(collection_of(person), texts)
        with transaction(self._database):
            self._database.executemany(
                "UPDATE facts SET has_vector = 1 WHERE id = ?", [(row[0],) for row in rows]
            )

    def facts(
        self, person: Person, *, history: bool, rows: Sequence[int] | None = None
    ) -> dict[int, Fact]:
        """Return a person's facts by row, oldest first; those of `rows`, or all."""
        condition = OF_PERSON if history else f"{OF_PERSON} AND {CURRENT}"
        if rows is not None:
            condition += f" AND id IN ({', '.join('?' * len(rows))})"
        found = self._database.execute(
            f"SELECT {_COLUMNS} FROM facts WHERE {condition} ORDER BY id",
            (*person, *(rows or ())),
        )
        return {int(columns[0]): _fact(columns) for columns in found}

    def has_any(self, person: Person) -> bool:
        """Return whether anything is known of a person."""
        query = f"SELECT 1 FROM facts WHERE {OF_PERSON} LIMIT 1"
        return self._database.execute(query, person).fetchone() is not None

    def about_the_same(self, text: str, person: Person) -> list[int]:
        """Return the current facts about what a sentence is about, where a rule knows that."""
        claim = claim_of(text)
        return [] if claim is None else sorted(self._current(person, claim, but=0))

    def standing(self, person: Person, *, limit: int) -> list[int]:
        """Return the rows of the newest wishes that bear on every question."""
        rows = self._database.execute(
            f"SELECT id FROM facts WHERE {OF_PERSON} AND {CURRENT} AND stands_always "
            "ORDER BY id DESC LIMIT ?",
            (*person, limit),
        )
        return [int(row) for (row,) in rows]

    def note_used(self, memory_ids: Sequence[str], scope: Scope, *, now: str) -> None:
        """Note that an answer cited facts. Belongs to the caller's transaction."""
        rows = self._own(person_of(scope), memory_ids)
        self._database.executemany(
            "UPDATE facts SET last_used_at = ?, uses = uses + 1 WHERE id = ?",
            [(now, row) for row in sorted(rows)],
        )

    def delete(self, person: Person, rows: Sequence[int]) -> tuple[str, list[int]]:
        """Delete facts; return the collection of their vectors and the rows there, none for all.

        Belongs to the caller's transaction.
        """
        self.keywords.remove(rows)
        self._database.executemany("DELETE FROM facts WHERE id = ?", [(row,) for row in rows])
        return collection_of(person), list(rows) if self.has_any(person) else []

    def without_vectors(self) -> None:
        """Note that no fact has a vector any more."""
        self._database.execute("UPDATE facts SET has_vector = 0")

    def _insert(
        self, learned: Learned, claim: Claim | None, scope: Scope, holds: Validity, *, now: str
    ) -> int:
        text = learned.text
        values = {
            "tenant": scope.tenant,
            "user": scope.user or "",
            "text": text,
            "sentence": sentence_of(text),
            "subject": claim and claim.subject,
            "value": claim and _value(claim),
            "stands_always": stands_always(text),
            "thread": scope.thread_id,
            "run_id": learned.run_id,
            "evidence": learned.evidence_id,
            "created_at": now,
            "observed_at": learned.observed_at or now,
            "valid_from": holds.since,
            "valid_to": holds.until,
            "kind": learned.kind or kind_of(text),
            "confidence": learned.confidence,
        }
        row = self._database.execute(
            f"INSERT INTO facts ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()),
        ).lastrowid
        assert row is not None
        about = f"{text} {claim.words}" if claim else text
        self.keywords.add(row, person_of(scope), about)
        return row

    def _same(self, person: Person, learned: Learned, claim: Claim | None) -> int | None:
        """Return the row that says the same of the present, or of the past."""
        past = claim is not None and claim.past
        found = self._database.execute(
            f"SELECT id FROM facts WHERE {OF_PERSON} AND (sentence = ? AND (? OR {CURRENT}) "
            f"OR (NOT ? AND {CURRENT} AND subject = ? AND value = ?))",
            (
                *person,
                sentence_of(learned.text),
                past,
                past,
                claim and claim.subject,
                claim and _value(claim),
            ),
        ).fetchone()
        return None if found is None else int(found[0])

    def _current(self, person: Person, claim: Claim, *, but: int) -> set[int]:
        """Return the current facts that cannot hold any more beside a claim."""
        ends_one = claim.denied or claim.past
        rows = self._database.execute(
            f"SELECT id FROM facts WHERE {OF_PERSON} AND {CURRENT} AND subject = ? AND id != ? "
            "AND (NOT ? OR value = ?)",
            (*person, claim.subject, but, ends_one, claim.value),
        )
        return {int(row) for (row,) in rows}

    def _end(
        self, rows: set[int], *, by: int | None, at: str, now: str, was_wrong: bool = False
    ) -> None:
        """Make facts history: they held until `at`, or never when they were wrong."""
        self._database.executemany(
            "UPDATE facts SET superseded_by = ?, superseded_at = ?, was_wrong = ?, "
            f"valid_to = coalesce(valid_to, ?) WHERE id = ? AND {CURRENT}",
            [(by, now, was_wrong, at, row) for row in sorted(rows)],
        )

    def _own(self, person: Person, memory_ids: Sequence[str]) -> set[int]:
        """Return the rows of memory ids, those of other people left out."""
        rows = [row for each in memory_ids if (row := row_of(each)) is not None]
        return set(self.facts(person, history=True, rows=rows)) if rows else set()


def person_of(scope: Scope) -> Person:
    """Return whose facts a scope may see."""
    return scope.tenant, scope.user or ""


def collection_of(person: Person) -> str:
    """Return the collection of the vectors of a person's facts."""
    return f"facts-{scope_key(person)}"


def _fact(columns: Sequence[object]) -> Fact:
    row, text, kind, subject, confidence, thread, run_id, evidence, created, observed = columns[:10]
    since, until, superseded_by, superseded_at, was_wrong, used_at, uses = columns[10:]
    return Fact(
        memory_id=fact_id(int(str(row))),
        text=str(text),
        kind=known_kind(str(kind)),
        subject=_text(subject),
        confidence=float(str(confidence)),
        thread_id=str(thread),
        run_id=_text(run_id),
        evidence_id=_text(evidence),
        created_at=str(created),
        observed_at=str(observed),
        valid_from=_text(since),
        valid_to=_text(until),
        superseded_by=None if superseded_by is None else fact_id(int(str(superseded_by))),
        superseded_at=_text(superseded_at),
        was_wrong=bool(was_wrong),
        last_used_at=_text(used_at),
        uses=int(str(uses)),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _value(claim: Claim) -> str:
    return f"not {claim.value}" if claim.denied else claim.value
