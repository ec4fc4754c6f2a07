"""The transcript: the turns of every thread, the latest at hand, older ones by what they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from surefoot.scope import Scope
from surefoot.turns import Turn

from .database import transaction
from .fusion import fuse
from .keywords import KeywordIndex, scope_key
from .meaning import Meaning

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,      -- empty when nobody in particular asked
    thread TEXT NOT NULL,
    run_id TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    has_vector INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant, user, thread, run_id)
);
CREATE INDEX IF NOT EXISTS turns_by_thread ON turns (tenant, user, thread, id);
CREATE INDEX IF NOT EXISTS turns_without_vector
    ON turns (tenant, user, thread, id) WHERE has_vector = 0;
"""

_IN_THREAD = "tenant = ? AND user = ? AND thread = ?"
_CANDIDATES = 30
_BATCH = 32
_BEARS_ON = 0.5
"""The share of the best older turn's score that another must have to be recalled with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of a thread stands before a question."""

    turns: int = 12
    """The latest turns, at most."""
    chars: int = 16_000
    """What they may hold together; the very last one always stands."""
    older_turns: int = 4
    """Turns from before the latest that bear on the question, at most."""
    older_chars: int = 8_000


class Transcript:
    """Turns in SQLite, for one thread of the program.

    A turn gets a vector when it falls out of the window, in a collection of its thread's own. So a
    short thread costs no embedding at all, and a search never looks through other threads.
    """

    def __init__(self, database: sqlite3.Connection, meaning: Meaning, window: Window) -> None:
        self._database = database
        self._meaning = meaning
        self._window = window
        self._keywords = KeywordIndex(database, "turn_words")

    def keep(self, turn: Turn, scope: Scope) -> int:
        """Keep a turn and return its row. A run's turn is kept once."""
        place = _place(scope)
        with transaction(self._database):
            known = self._database.execute(
                f"SELECT id FROM turns WHERE {_IN_THREAD} AND run_id = ?", (*place, turn.run_id)
            ).fetchone()
            if known is not None:
                return int(known[0])
            row = self._database.execute(
                "INSERT INTO turns (tenant, user, thread, run_id, question, answer, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*place, turn.run_id, turn.question, turn.answer, turn.created_at),
            ).lastrowid
            assert row is not None
            self._keywords.add(row, place, _text(turn.question, turn.answer))
        return row

    def embed_fallen_out(self, scope: Scope) -> bool:
        """Give vectors to turns that have left the window, oldest first; False when all have."""
        place = _place(scope)
        inside = self._database.execute(
            f"SELECT id FROM turns WHERE {_IN_THREAD} ORDER BY id DESC LIMIT 1 OFFSET ?",
            (*place, self._window.turns - 1),
        ).fetchone()
        if inside is None:
            return False
        rows = self._database.execute(
            f"SELECT id, question, answer FROM turns WHERE {_IN_THREAD} AND has_vector = 0 "
            "AND id < ? ORDER BY id LIMIT ?",
            (*place, inside[0], _BATCH),
        ).fetchall()
        if not rows:
            return False
        texts = {int(row): _text(question, answer) for row, question, answer in rows}
        self._meaning.put(_collection(place), texts)
        with transaction(self._database):
            self._database.executemany(
                "UPDATE turns SET has_vector = 1 WHERE id = ?", [(row,) for row in texts]
            )
        return True

    def recall(self, question: str, scope: Scope) -> tuple[Turn, ...]:
        """Return the latest turns, and before them the older ones that bear on the question."""
        place = _place(scope)
        latest = self._latest(place)
        if not latest:
            return ()
        older = self._older(question, place, before=min(latest))
        return tuple(turn for _, turn in sorted((older | latest).items()))

    def turns(self, scope: Scope, *, in_thread: bool = False) -> list[tuple[int, str, Turn]]:
        """Return row, thread and content of a person's turns, in all threads or in this one.

        Where nobody is named, those of the thread.
        """
        condition, values = _extent(scope, in_thread)
        rows = self._database.execute(
            "SELECT id, thread, run_id, question, answer, created_at FROM turns "
            f"WHERE {condition} ORDER BY id",
            values,
        )
        return [(int(row), str(thread), _turn(*columns)) for row, thread, *columns in rows]

    def forget(self, scope: Scope, *, in_thread: bool) -> tuple[int, list[str]]:
        """Delete what `turns` returns.

        Returns how many, and the collections that held their vectors. Belongs to the caller's
        transaction.
        """
        found = self.turns(scope, in_thread=in_thread)
        self._keywords.remove(row for row, _, _ in found)
        condition, values = _extent(scope, in_thread)
        self._database.execute(f"DELETE FROM turns WHERE {condition}", values)
        threads = dict.fromkeys(thread for _, thread, _ in found)
        return len(found), [_collection((*_place(scope)[:2], thread)) for thread in threads]

    def scrub(self) -> None:
        """Rewrite the keyword index so that it holds no word of a deleted turn."""
        self._keywords.scrub()

    def without_vectors(self) -> None:
        """Note that no turn has a vector any more."""
        self._database.execute("UPDATE turns SET has_vector = 0")

    def threads_to_embed(self) -> list[Scope]:
        """Return the threads in which some turn has no vector."""
        rows = self._database.execute(
            "SELECT DISTINCT tenant, user, thread FROM turns WHERE has_vector = 0"
        )
        return [Scope(tenant=t, user=user or None, thread_id=thread) for t, user, thread in rows]

    def _latest(self, place: tuple[str, str, str]) -> dict[int, Turn]:
        rows = self._database.execute(
            "SELECT id, run_id, question, answer, created_at FROM turns "
            f"WHERE {_IN_THREAD} ORDER BY id DESC LIMIT ?",
            (*place, self._window.turns),
        )
        return _within(((row, _turn(*columns)) for row, *columns in rows), self._window.chars, 1)

    def _older(self, question: str, place: tuple[str, str, str], *, before: int) -> dict[int, Turn]:
        first = self._database.execute(
            f"SELECT min(id) FROM turns WHERE {_IN_THREAD}", place
        ).fetchone()
        if first[0] == before or not self._window.older_turns:
            return {}
        words = self._keywords.search(question, place, limit=_CANDIDATES, below=before)
        nearest = self._meaning.nearest(_collection(place), question, limit=_CANDIDATES)
        meaning = {row: cosine for row, cosine in nearest.items() if row < before}
        scores = fuse(words, meaning)
        enough = _BEARS_ON * max(scores.values(), default=0.0)
        best = [row for row in scores if scores[row] >= enough][: self._window.older_turns]
        marks = ", ".join("?" * len(best))
        found = self._database.execute(
            "SELECT id, run_id, question, answer, created_at FROM turns "
            f"WHERE {_IN_THREAD} AND id IN ({marks})",
            (*place, *best),
        )
        turns = {int(row): _turn(*columns) for row, *columns in found}
        ranked = ((row, turns[row]) for row in best if row in turns)
        return _within(ranked, self._window.older_chars, 0)


def _within(turns: Iterable[tuple[int, Turn]], chars: int, at_least: int) -> dict[int, Turn]:
    """Return turns as long as they fit together."""
    kept: dict[int, Turn] = {}
    for row, turn in turns:
        chars -= len(turn.question) + len(turn.answer)
        if chars < 0 and len(kept) >= at_least:
            break
        kept[int(row)] = turn
    return kept


def _turn(run_id: str, question: str, answer: str, created_at: str) -> Turn:
    return Turn(run_id=run_id, question=question, answer=answer, created_at=created_at)


def _text(question: str, answer: str) -> str:
    return f"{question}\n{answer}"


def _place(scope: Scope) -> tuple[str, str, str]:
    return scope.tenant, scope.user or "", scope.thread_id


def _extent(scope: Scope, in_thread: bool) -> tuple[str, tuple[str, ...]]:
    if scope.user and not in_thread:
        return "tenant = ? AND user = ?", (scope.tenant, scope.user)
    return _IN_THREAD, _place(scope)


def _collection(place: tuple[str, str, str]) -> str:
    return f"turns-{scope_key(place)}"
