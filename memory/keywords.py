"""Keywords: BM25 over stems, kept up to date row by row in SQLite's full-text index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from .words import stems

_LAST = 2**62
_COMMON = 500
"""Rows of a scope from which on a word is common: it weighs little and takes long to rank."""
_RANKED = 1_000
"""Rows that a search ranks, about."""


class KeywordIndex:
    """Finds rows of one table by the words they share with a query.

    Every row lies in a scope (a tenant, a thread, a person), and a search sees only its own.
    `database` is used as it is: changes belong to the caller's transaction.
    """

    def __init__(
        self, database: sqlite3.Connection, table: str, *, columns: Sequence[str] = ("stems",)
    ) -> None:
        self._database = database
        self._table = table
        self._columns = " ".join(columns)
        database.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} "
            f"USING fts5(scope, {', '.join(columns)}, tokenize = 'unicode61 remove_diacritics 0')"
        )

    def add(self, row: int, scope: tuple[str, ...], *texts: str) -> None:
        """Index a row's text, one for each column."""
        self._database.execute(
            f"INSERT INTO {self._table} (rowid, scope, {self._columns.replace(' ', ', ')}) "
            f"VALUES (?, ?{', ?' * len(texts)})",
            (row, scope_key(scope), *(" ".join(stems(text)) for text in texts)),
        )

    def remove(self, rows: Iterable[int]) -> None:
        """Take rows out of the index."""
        self._database.executemany(
            f"DELETE FROM {self._table} WHERE rowid = ?", [(row,) for row in rows]
        )

    def search(
        self,
        query: str,
        scope: tuple[str, ...],
        *,
        limit: int,
        below: int | None = None,
        weights: Sequence[float] = (1.0,),
    ) -> dict[int, float]:
        """Return the rows of a scope that share words with the query, best first, with BM25.

        With `below`, only rows whose number is smaller. `weights` say how much a word counts in
        each column. Rare words are looked for first, and common ones, among the newest rows, only
        when those do not lead to `limit` rows: a search takes no longer because there is more to
        search. That is also why a scope stands in a match only where words are common: BM25 counts
        all rows of each word of a match, and a scope is one.
        """
        told, key, behind = f"{{{self._columns}}} : ", scope_key(scope), below or _LAST
        wanted = [f'"{stem}"' for stem in dict.fromkeys(stems(query)[:64])]
        counts = {stem: len(self._newest(told + stem, behind)) for stem in wanted}
        rare = _rarest({stem: count for stem, count in counts.items() if count})
        found = self._ranked(told, key, rare, range(behind), weights, limit)
        common = [stem for stem in wanted if counts[stem] and stem not in rare]
        if common and len(found) < limit:
            scoped = f"scope : {key} AND {told}"
            newest = self._newest(f"{scoped}({' OR '.join(common)})", behind)
            if newest:
                among = range(newest[-1], behind)
                found |= self._ranked(scoped, key, [*rare, *common], among, weights, limit)
        best = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        return dict(best[:limit])

    def search_among(
        self, query: str, scope: tuple[str, ...], rows: Sequence[int], *, limit: int
    ) -> dict[int, float]:
        """Return those of `rows`, which ascend, that share words with the query, best first."""
        wanted = [f'"{stem}"' for stem in dict.fromkeys(stems(query)[:64])]
        if not wanted or not rows:
            return {}
        # The sign keeps SQLite from looking each row up by itself, which takes 20 ms a row.
        found = self._database.execute(
            f"SELECT rowid, bm25({self._table}, 0.0, 1.0) AS rank FROM {self._table} "
            f"WHERE {self._table} MATCH ? AND rowid >= ? AND rowid <= ? "
            "AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY rank, rowid LIMIT ?",
            (
                f"scope : {scope_key(scope)} AND {{{self._columns}}} : ({' OR '.join(wanted)})",
                rows[0],
                rows[-1],
                json.dumps(rows),
                limit,
            ),
        )
        return {int(row): -float(rank) for row, rank in found}

    def _ranked(
        self,
        told: str,
        scope: str,
        wanted: list[str],
        among: range,
        weights: Sequence[float],
        limit: int,
    ) -> dict[int, float]:
        if not wanted:
            return {}
        shares = ", ".join(map(str, weights))
        found = self._database.execute(
            f"SELECT rowid, bm25({self._table}, 0.0, {shares}) AS rank FROM {self._table} "
            f"WHERE {self._table} MATCH ? AND rowid < ? AND rowid >= ? AND scope = ? "
            "ORDER BY rank LIMIT ?",
            (f"{told}({' OR '.join(wanted)})", among.stop, among.start, scope, limit),
        )
        return {int(row): -float(rank) for row, rank in found}

    def _newest(self, match: str, below: int) -> list[int]:
        """Return the newest rows that match, no more than make a word common."""
        found = self._database.execute(
            f"SELECT rowid FROM {self._table} WHERE {self._table} MATCH ? AND rowid < ? "
            "ORDER BY rowid DESC LIMIT ?",
            (match, below, _COMMON),
        )
        return [int(row) for (row,) in found]

    def scrub(self) -> None:
        """Rewrite the index so that it holds no word of a removed row."""
        self._database.execute(f"INSERT INTO {self._table} ({self._table}) VALUES ('optimize')")


def scope_key(scope: tuple[str, ...]) -> str:
    """Return one word for a scope, the same length for all and different for each."""
    digest = sha256("\0".join(f"{len(part)}:{part}" for part in scope).encode("utf-8", "replace"))
    return "x" + digest.hexdigest()[:40]


def _rarest(counts: Mapping[str, int]) -> list[str]:
    """Return the stems that are not common, the rarest first, as many as may be ranked."""
    left = _RANKED
    kept: list[str] = []
    for stem, count in sorted(counts.items(), key=lambda each: each[1]):
        left -= count
        if left < 0 or count == _COMMON:
            break
        kept.append(stem)
    return kept
