"""The transcript: the turns of every thread, the latest at hand, older ones by what they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from surefoot.model import estimated_tokens
from surefoot.scope import Scope
from surefoot.turns import Cited, Turn

from .database import transaction
from .fusion import UNRELATED, WEIGHTS, Weights, fuse
from .keywords import scope_key
from .meaning import Meaning
from .turn_words import IN_THREAD, Place, TurnWords

_COLUMNS = "run_id, question, answer, created_at, evidence"
_CANDIDATES = 50
_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of memory stands before a question, in tokens as `estimated_tokens` counts them."""

    turns: int = 12
    """The latest turns, at most."""
    tokens: int = 4_000
    """What they may take together; the very last one always stands."""
    older_turns: int = 4
    """Turns from before the latest that bear on the question, at most."""
    bears_on: float = 0.5
    """The share of the best older turn's score that another must have to be recalled with it."""
    weights: Weights = WEIGHTS
    """What counts how much in telling which older turns bear on it."""
    older_tokens: int = 2_000
    summary_tokens: int = 400
    """What the summary of all turns before the latest may take."""
    facts: int = 5
    """Facts that bear on the question, at most, standing wishes not counted."""
    fact_tokens: int = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A turn with where it is kept."""

    row: int
    thread_id: str
    turn: Turn


class Transcript:
    """Turns in SQLite, for one thread of the program.

    A turn gets a vector when it falls out of the window, in a collection of its thread's own. So a
    short thread costs no embedding at all, and a search never looks through other threads.
    """

    def __init__(self, database: sqlite3.Connection, meaning: Meaning, window: Window) -> None:
        self._database = database
        self._meaning = meaning
        self._window = window
        self.keywords = TurnWords(database)

    def keep(self, turn: Turn, scope: Scope) -> tuple[int, bool]:
        """Keep a turn; return its row and whether it is new. A run's turn is kept once.

        Belongs to the caller's transaction.
        """
        place = place_of(scope)
        known = self._database.execute(
            f"SELECT id FROM turns WHERE {IN_THREAD} AND run_id = ?", (*place, turn.run_id)
        ).fetchone()
        if known is not None:
            return int(known[0]), False
        row = self._database.execute(
            f"INSERT INTO turns (tenant, user, thread, {_COLUMNS}, is_considered) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *place,
                turn.run_id,
                turn.question,
                turn.answer,
                turn.created_at,
                _written(turn.evidence),
                not scope.user,
            ),
        ).lastrowid
        assert row is not None
        self.keywords.add_turn(row, place)
        return row, True

    def embed_fallen_out(self, scope: Scope) -> bool:
        """Give vectors to turns that have left the window, oldest first; False when all have."""
        place = place_of(scope)
        inside = self._database.execute(
            f"SELECT id FROM turns WHERE {IN_THREAD} ORDER BY id DESC LIMIT 1 OFFSET ?",
            (*place, self._window.turns - 1),
        ).fetchone()
        if inside is None:
            return False
        rows = self._database.execute(
            f"SELECT id, question, answer FROM turns WHERE {IN_THREAD} AND has_vector = 0 "
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
        place = place_of(scope)
        latest = self._latest(place)
        if not latest:
            return ()
        older = self._older(question, place, before=min(latest))
        return tuple(turn for _, turn in sorted((older | latest).items()))

    def fallen_out(self, scope: Scope, *, after: int, limit: int) -> list[tuple[int, Turn]]:
        """Return the last `limit` turns behind row `after` that the window leaves out."""
        place = place_of(scope)
        latest = self._latest(place)
        rows = self._database.execute(
            f"SELECT id, {_COLUMNS} FROM turns WHERE {IN_THREAD} AND id > ? AND id < ? "
            "ORDER BY id DESC LIMIT ?",
            (*place, after, min(latest, default=0), limit),
        ).fetchall()
        return [(int(row), _turn(*columns)) for row, *columns in reversed(rows)]

    def unconsidered(self, *, limit: int) -> list[tuple[Scope, Kept]]:
        """Return the oldest turns that nobody has looked through for facts yet."""
        rows = self._database.execute(
            f"SELECT tenant, user, id, thread, {_COLUMNS} FROM turns WHERE is_considered = 0 "
            "ORDER BY id LIMIT ?",
            (limit,),
        )
        return [
            (Scope(tenant=tenant, user=user, thread_id=columns[1]), _kept(columns))
            for tenant, user, *columns in rows
        ]

    def consider(self, row: int) -> bool:
        """Note that a turn was looked through for facts; False when it is gone meanwhile."""
        done = self._database.execute("UPDATE turns SET is_considered = 1 WHERE id = ?", (row,))
        return done.rowcount > 0

    def turns(self, scope: Scope, *, in_thread: bool = False) -> list[Kept]:
        """Return a person's turns in all threads or in this one, oldest first.

        Where nobody is named, those of the thread.
        """
        condition, values = extent_of(scope, in_thread)
        rows = self._database.execute(
            f"SELECT id, thread, {_COLUMNS} FROM turns WHERE {condition} ORDER BY id", values
        )
        return [_kept(columns) for columns in rows]

    def by_thread(self, rows: Collection[int]) -> list[tuple[Scope, list[Kept]]]:
        """Return turns by the thread they stand in."""
        found: dict[Scope, list[Kept]] = {}
        for row in sorted(rows):
            tenant, user, *columns = self._database.execute(
                f"SELECT tenant, user, id, thread, {_COLUMNS} FROM turns WHERE id = ?", (row,)
            ).fetchone()
            kept = _kept(columns)
            scope = Scope(tenant=tenant, user=user or None, thread_id=kept.thread_id)
            found.setdefault(scope, []).append(kept)
        return list(found.items())

    def delete(self, scope: Scope, kept: Sequence[Kept]) -> dict[str, list[int]]:
        """Delete turns of a scope's person, and the summaries of their threads.

        Returns the rows that were deleted from each collection of vectors, none for all of it.
        Belongs to the caller's transaction.
        """
        self._database.executemany("DELETE FROM turns WHERE id = ?", [(k.row,) for k in kept])
        gone: dict[str, list[int]] = {}
        for thread in dict.fromkeys(each.thread_id for each in kept):
            place = (*place_of(scope)[:2], thread)
            self._database.execute(f"DELETE FROM summaries WHERE {IN_THREAD}", place)
            left = self._database.execute(
                f"SELECT 1 FROM turns WHERE {IN_THREAD} LIMIT 1", place
            ).fetchone()
            rows = [each.row for each in kept if each.thread_id == thread]
            self.keywords.remove_turns(rows, place)
            gone[_collection(place)] = rows if left else []
        return gone

    def drop_cited(self, every: Iterable[Kept], runs: Collection[str]) -> None:
        """Take out of a person's turns, oldest first, what they cite and these runs had found.

        The first turn of a thread to cite a piece of evidence is that of the run that found it.
        Belongs to the caller's transaction.
        """
        finders: dict[tuple[str, str], str] = {}
        for kept in every:
            turn = kept.turn
            for cited in turn.evidence:
                finders.setdefault((kept.thread_id, cited.id), turn.run_id)
            left = [c for c in turn.evidence if finders[kept.thread_id, c.id] not in runs]
            if len(left) < len(turn.evidence):
                self._database.execute(
                    "UPDATE turns SET evidence = ? WHERE id = ?", (_written(left), kept.row)
                )

    def without_vectors(self) -> None:
        """Note that no turn has a vector any more."""
        self._database.execute("UPDATE turns SET has_vector = 0")

    def threads_to_embed(self) -> list[Scope]:
        """Return the threads in which some turn has no vector."""
        rows = self._database.execute(
            "SELECT DISTINCT tenant, user, thread FROM turns WHERE has_vector = 0"
        )
        return [Scope(tenant=t, user=user or None, thread_id=thread) for t, user, thread in rows]

    def _latest(self, place: Place) -> dict[int, Turn]:
        rows = self._database.execute(
            f"SELECT id, {_COLUMNS} FROM turns WHERE {IN_THREAD} ORDER BY id DESC LIMIT ?",
            (*place, self._window.turns),
        )
        return _within(((row, _turn(*columns)) for row, *columns in rows), self._window.tokens, 1)

    def _older(self, question: str, place: Place, *, before: int) -> dict[int, Turn]:
        first = self._database.execute(
            f"SELECT min(id) FROM turns WHERE {IN_THREAD}", place
        ).fetchone()
        if first[0] == before or not self._window.older_turns:
            return {}
        scores = self._scores(question, place, before=before)
        enough = self._window.bears_on * max(scores.values(), default=0.0)
        best = [row for row in scores if scores[row] >= enough][: self._window.older_turns]
        marks = ", ".join("?" * len(best))
        found = self._database.execute(
            f"SELECT id, {_COLUMNS} FROM turns WHERE {IN_THREAD} AND id IN ({marks})",
            (*place, *best),
        )
        turns = {int(row): _turn(*columns) for row, *columns in found}
        ranked = ((row, turns[row]) for row in best if row in turns)
        return _within(ranked, self._window.older_tokens, 0)

    def _scores(self, question: str, place: Place, *, before: int) -> dict[int, float]:
        """Score turns by words and meaning; words said before them only add to what is theirs."""
        weights, limit = self._window.weights, max(_CANDIDATES, 5 * self._window.older_turns)
        nearest = self._meaning.nearest(_collection(place), question, limit=limit)
        meaning = {row: cosine for row, cosine in nearest.items() if row < before}
        words = self.keywords.search(
            question, place, limit=limit, below=before, weights=(1.0, weights.before)
        )
        own = self.keywords.with_own(question, words)
        own |= {row for row in words if meaning.get(row, 0.0) >= UNRELATED}
        return fuse({row: words[row] for row in words if row in own}, meaning, weights)


def place_of(scope: Scope) -> Place:
    """Return which thread of whom a scope is."""
    return scope.tenant, scope.user or "", scope.thread_id


def extent_of(scope: Scope, in_thread: bool) -> tuple[str, tuple[str, ...]]:
    """Return the condition, with its values, for a person's rows or those of one thread."""
    if scope.user and not in_thread:
        return "tenant = ? AND user = ?", (scope.tenant, scope.user)
    return IN_THREAD, place_of(scope)


def _within(turns: Iterable[tuple[int, Turn]], tokens: int, at_least: int) -> dict[int, Turn]:
    """Return turns as long as they fit together."""
    kept: dict[int, Turn] = {}
    for row, turn in turns:
        tokens -= estimated_tokens(turn.question) + estimated_tokens(turn.answer)
        if tokens < 0 and len(kept) >= at_least:
            break
        kept[int(row)] = turn
    return kept


def _kept(columns: Sequence[object]) -> Kept:
    row, thread, *turn = columns
    return Kept(row=int(str(row)), thread_id=str(thread), turn=_turn(*map(str, turn)))


def _turn(run_id: str, question: str, answer: str, created_at: str, evidence: str) -> Turn:
    return Turn(
        run_id=run_id,
        question=question,
        answer=answer,
        created_at=created_at,
        evidence=tuple(Cited(**each) for each in json.loads(evidence)),
    )


def _written(evidence: Iterable[Cited]) -> str:
    return json.dumps([asdict(cited) for cited in evidence], ensure_ascii=False)


def _text(question: str, answer: str) -> str:
    return f"{question}\n{answer}"


def _collection(place: Place) -> str:
    return f"turns-{scope_key(place)}"
