"""Turn words: the keyword index of a transcript, where a turn stands among those before it.

What a turn is about is often said just before it, so it is found by its date and by the words of
the two turns before it too, which count less (`fusion.Weights`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

from .database import transaction
from .keywords import KeywordIndex
from .words import stems

Place = tuple[str, str, str]
IN_THREAD = "tenant = ? AND user = ? AND thread = ?"
_TABLE = "turn_words"
_BEFORE = 2
_CONTEXT_CHARS = 600
"""How much of the end of an earlier turn's question, and of its answer, goes with a later one."""


class TurnWords(KeywordIndex):
    """Indexes rows of the table `turns`, in the caller's transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        columns = {name for _, name, *_ in database.execute(f"PRAGMA table_info({_TABLE})")}
        self._turns = database
        if columns and "before" not in columns:
            with transaction(database):
                database.execute(f"DROP TABLE {_TABLE}")
                super().__init__(database, _TABLE, columns=("stems", "before"))
                self._add_all()
        else:
            super().__init__(database, _TABLE, columns=("stems", "before"))

    def add_turn(self, row: int, place: Place) -> None:
        """Index a turn that stands in its table."""
        (_, question, answer, created_at), *earlier = self._turns.execute(
            f"SELECT id, question, answer, created_at FROM turns WHERE {IN_THREAD} AND id <= ? "
            "ORDER BY id DESC LIMIT ?",
            (*place, row, _BEFORE + 1),
        )
        before = (text[-_CONTEXT_CHARS:] for _, *texts, _ in earlier for text in texts)
        self.add(row, place, f"{_day(created_at)}\n{question}\n{answer}", "\n".join(before))

    def remove_turns(self, rows: Collection[int], place: Place) -> None:
        """Take turns that no longer stand in the table out of their own words and of others'."""
        self.remove(rows)
        behind = {after for row in rows for after in self._rows_after(row, place)}
        self.remove(behind)
        for row in behind:
            self.add_turn(row, place)

    def with_own(self, query: str, rows: Collection[int]) -> set[int]:
        """Return the rows that share a word with a query themselves, not only with those before."""
        wanted, marks = set(stems(query)), ", ".join("?" * len(rows))
        found = self._turns.execute(
            f"SELECT rowid, stems FROM {_TABLE} WHERE rowid IN ({marks})", tuple(rows)
        )
        return {int(row) for row, own in found if not wanted.isdisjoint(own.split())}

    def _add_all(self) -> None:
        """Index every turn, after an index that knew nothing of the turns before."""
        turns = self._turns.execute("SELECT id, tenant, user, thread FROM turns").fetchall()
        for row, tenant, user, thread in turns:
            self.add_turn(row, (tenant, user, thread))

    def _rows_after(self, row: int, place: Place) -> list[int]:
        found = self._turns.execute(
            f"SELECT id FROM turns WHERE {IN_THREAD} AND id > ? ORDER BY id LIMIT ?",
            (*place, row, _BEFORE),
        )
        return [int(each) for (each,) in found]


def _day(created_at: str) -> str:
    """Return a date as people write it, such as `8 May 2023`; nothing for what is no date."""
    try:
        day = datetime.fromisoformat(created_at)
    except ValueError:
        return ""
    return f"{day.day} {day:%B %Y}"
