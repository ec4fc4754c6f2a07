"""Leftovers: what files still hold of documents that were removed or changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..database import scrub, transaction
from ..keywords import KeywordIndex
from ..scanning import needles_of

_TABLES = """
CREATE TABLE IF NOT EXISTS stale_vectors (chunk INTEGER PRIMARY KEY, tenant TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gone (
    chunk INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    path TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    vector BLOB,          -- how its vector begins
    is_leaving INTEGER NOT NULL DEFAULT 0  -- 1 from the beginning of the purge that it goes in
);
"""

_SAMPLED = """
WITH numbered AS (SELECT *, row_number() OVER (ORDER BY chunk) AS n FROM gone),
sampled AS MATERIALIZED (SELECT * FROM numbered WHERE n % ? = 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What files still hold of documents that were removed or changed."""

    documents: int = 0
    """One that changed twice counts twice."""
    passages: int = 0
    pieces: frozenset[bytes] = frozenset()
    """What to look for in files: pieces of passages, spread evenly, and of their vectors.

    Vectors that another passage with the same words still has are left out.
    """


class Leftovers:
    """Knows of each removed passage what it said, until a purge has rid the files of it.

    Apart from that, whether its vector can still be found. For one thread.
    """

    def __init__(self, database: sqlite3.Connection, keywords: KeywordIndex) -> None:
        self._database = database
        self._keywords = keywords
        database.executescript(_TABLES)

    def note(self, document: int) -> None:
        """Note the passages of a document that is about to be deleted.

        Belongs to the caller's transaction.
        """
        self._database.execute(
            "INSERT INTO stale_vectors (chunk, tenant) SELECT chunks.id, tenant FROM chunks "
            "JOIN documents ON documents.id = document WHERE document = ?",
            (document,),
        )
        self._database.execute(
            "INSERT INTO gone (chunk, document, tenant, path, heading, text) "
            "SELECT chunks.id, document, tenant, path, heading, chunks.text FROM chunks "
            "JOIN documents ON documents.id = document WHERE document = ?",
            (document,),
        )

    def stale_vectors(self) -> dict[int, str]:
        """Return the removed passages whose vector may still be found, with their tenant."""
        rows = self._database.execute("SELECT chunk, tenant FROM stale_vectors")
        return {int(chunk): str(tenant) for chunk, tenant in rows}

    def note_vectors(self, heads: Mapping[int, bytes]) -> None:
        """Note how the vectors of removed passages begin."""
        with transaction(self._database):
            self._database.executemany(
                "UPDATE gone SET vector = ? WHERE chunk = ?",
                [(head, row) for row, head in heads.items()],
            )

    def vectors_removed(self, rows: Iterable[int]) -> None:
        """Note that these vectors are found no more."""
        with transaction(self._database):
            self._database.executemany(
                "DELETE FROM stale_vectors WHERE chunk = ?", [(row,) for row in rows]
            )

    def leftover(self, *, most: int) -> Leftover:
        """Return what was removed and not purged yet, with pieces of `most` of its passages."""
        documents, passages = self._database.execute(
            "SELECT count(DISTINCT document), count(*) FROM gone"
        ).fetchone()
        rows = self._database.execute(
            f"{_SAMPLED} SELECT path, heading, text, vector, chunk IN ("
            "SELECT sampled.chunk FROM chunks CROSS JOIN sampled ON sampled.text = chunks.text "
            "AND sampled.heading = chunks.heading) FROM sampled",
            (max(-(-passages // most), 1),),
        ).fetchall()
        pieces = needles_of("\n".join(said) for *said, _, _ in rows)
        pieces.update(vector for *_, vector, is_kept in rows if vector and not is_kept)
        return Leftover(documents=documents, passages=passages, pieces=frozenset(pieces))

    def begin_purge(self) -> None:
        """Note that what was removed until now is being purged."""
        self._database.execute("UPDATE gone SET is_leaving = 1")

    def leaving(self) -> list[str]:
        """Return the tenants of which something is being purged."""
        rows = self._database.execute("SELECT DISTINCT tenant FROM gone WHERE is_leaving")
        return [str(tenant) for (tenant,) in rows]

    def finish_purge(self) -> None:
        """Rid the file of what is being purged, and then of the note that it is."""
        self._database.execute(
            "UPDATE gone SET path = '', heading = '', text = '', vector = NULL WHERE is_leaving"
        )
        self._keywords.scrub()
        scrub(self._database)
        self._database.execute("DELETE FROM gone WHERE is_leaving")
