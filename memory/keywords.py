"""Keywords: BM25 over stems, kept up to date row by row in SQLite's full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from hashlib import sha256

from .words import stems


class KeywordIndex:
    """Finds rows of one table by the words they share with a query.

    Every row lies in a scope (a tenant, a thread, a person), and a search sees only its own.
    `database` is used as it is: changes belong to the caller's transaction.
    """

    def __init__(self, database: sqlite3.Connection, table: str) -> None:
        self._database = database
        self._table = table
        database.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} "
            "USING fts5(scope, stems, tokenize = 'unicode61 remove_diacritics 0')"
        )

    def add(self, row: int, scope: tuple[str, ...], text: str) -> None:
        """Index a row's text."""
        self._database.execute(
            f"INSERT INTO {self._table} (rowid, scope, stems) VALUES (?, ?, ?)",
            (row, scope_key(scope), " ".join(stems(text))),
        )

    def remove(self, rows: Iterable[int]) -> None:
        """Take rows out of the index."""
        self._database.executemany(
            f"DELETE FROM {self._table} WHERE rowid = ?", [(row,) for row in rows]
        )

    def search(
        self, query: str, scope: tuple[str, ...], *, limit: int, below: int | None = None
    ) -> dict[int, float]:
        """Return the rows of a scope that share words with the query, best first, with BM25.

        With `below`, only rows whose number is smaller.
        """
        wanted = " OR ".join(f'"{stem}"' for stem in dict.fromkeys(stems(query)[:64]))
        if not wanted:
            return {}
        found = self._database.execute(
            f"SELECT rowid, bm25({self._table}, 0.0, 1.0) AS rank FROM {self._table} "
            f"WHERE {self._table} MATCH ? AND rowid < ? ORDER BY rank LIMIT ?",
            (f"scope : {scope_key(scope)} AND stems : ({wanted})", below or 2**62, limit),
        )
        return {int(row): -float(rank) for row, rank in found}

    def scrub(self) -> None:
        """Rewrite the index so that it holds no word of a removed row."""
        self._database.execute(f"INSERT INTO {self._table} ({self._table}) VALUES ('optimize')")


def scope_key(scope: tuple[str, ...]) -> str:
    """Return one word for a scope, the same length for all and different for each."""
    digest = sha256("\0".join(f"{len(part)}:{part}" for part in scope).encode("utf-8", "replace"))
    return "x" + digest.hexdigest()[:40]
