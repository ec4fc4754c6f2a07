"""Erasure: deleted memories are rid of every file's bytes, also when a crash comes in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from .database import scrub
from .keywords import KeywordIndex
from .meaning import Meaning


class Erasure:
    """Notes what was deleted in the transaction that deletes it, and then erases it everywhere."""

    def __init__(self, database: sqlite3.Connection, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning

    def note(self, gone: Mapping[str, Sequence[int]]) -> None:
        """Note the rows whose vectors are to be erased, by collection; no rows means all of it."""
        whole: list[int | None] = [None]
        self._database.executemany(
            "INSERT INTO gone (collection, row) VALUES (?, ?)",
            [(name, row) for name, rows in gone.items() for row in rows or whole],
        )

    def finish(self, *indexes: KeywordIndex) -> None:
        """Rid every file of what was deleted, then of the note that it was."""
        gone: dict[str, list[int]] = {}
        whole: set[str] = set()
        for collection, row in self._database.execute("SELECT collection, row FROM gone"):
            rows = gone.setdefault(str(collection), [])
            if row is None:
                whole.add(str(collection))
            else:
                rows.append(int(row))
        if not gone:
            return
        self._meaning.erase({name: [] if name in whole else rows for name, rows in gone.items()})
        for index in indexes:
            index.scrub()
        scrub(self._database)
        self._database.execute("DELETE FROM gone")
