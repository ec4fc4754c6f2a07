"""The catalogue: documents and their passages in SQLite, the truth that the index is made from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..database import transaction
from ..keywords import KeywordIndex
from .document import Document, Section
from .leftovers import Leftovers
from .narrowing import Narrowing

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    path TEXT NOT NULL,
    folder TEXT,          -- the ingested folder; NULL for a single file or a program's document
    file TEXT,            -- relative to the folder; the whole path of a single file
    fingerprint TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (tenant, path)
);
CREATE INDEX IF NOT EXISTS documents_by_folder ON documents (tenant, folder);
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL,
    page INTEGER,
    text TEXT NOT NULL,
    has_vector INTEGER NOT NULL DEFAULT 0
);
DROP INDEX IF EXISTS chunks_by_document;
CREATE INDEX IF NOT EXISTS chunks_by_heading ON chunks (document, heading, has_vector);
CREATE INDEX IF NOT EXISTS chunks_without_vector ON chunks (id) WHERE has_vector = 0;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a document was read, so that the next ingest knows it again."""

    folder: str | None = None
    file: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One chunk as it is searched and cited."""

    row: int
    tenant: str
    path: str
    section: Section
    text: str

    @property
    def words(self) -> str:
        """What keywords are looked up in: the passage with where it stands."""
        return f"{self.path} {self.section.heading}\n{self.text}"

    @property
    def meaning(self) -> str:
        """What is embedded: the passage under its headings."""
        return f"{self.section.heading}\n{self.text}" if self.section.heading else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The passages that a narrowed search looks at, in order."""

    rows: Sequence[int]
    with_vectors: Sequence[int]


class Catalogue:
    """Keeps documents whole, their passages, and which passages still need a vector.

    For one thread.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._keywords = KeywordIndex(database, "chunk_words")
        self.leftovers = Leftovers(database, self._keywords)
        self._version = self._data_version()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state inside, whatever other processes change meanwhile."""
        self._database.execute("BEGIN")
        try:
            yield
        finally:
            self._database.execute("COMMIT")

    def changed_elsewhere(self) -> bool:
        """True when another process has changed documents since this was last asked."""
        before, self._version = self._version, self._data_version()
        return self._version != before

    def _data_version(self) -> int:
        return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def put(
        self, document: Document, sections: Sequence[Section], *, tenant: str, origin: Origin
    ) -> list[Passage]:
        """Keep a document in the place of an older one; return its passages."""
        with transaction(self._database):
            self._delete(tenant, document.path)
            row = self._database.execute(
                "INSERT INTO documents (tenant, path, folder, file, fingerprint, text) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    tenant,
                    document.path,
                    origin.folder,
                    origin.file,
                    origin.fingerprint,
                    document.text,
                ),
            ).lastrowid
            assert row is not None
            return [self._put_chunk(row, document, section, tenant) for section in sections]

    def remove(self, path: str, *, tenant: str) -> bool:
        """Delete a document; False when there is none."""
        with transaction(self._database):
            return self._delete(tenant, path)

    def paths(self, *, tenant: str) -> list[str]:
        """Return the paths of a tenant's documents, in order."""
        rows = self._database.execute(
            "SELECT path FROM documents WHERE tenant = ? ORDER BY path", (tenant,)
        )
        return [str(path) for (path,) in rows]

    def text(self, path: str, *, tenant: str) -> str | None:
        """Return a document's whole text, in which passages have their place."""
        row = self._database.execute(
            "SELECT text FROM documents WHERE tenant = ? AND path = ?", (tenant, path)
        ).fetchone()
        return None if row is None else str(row[0])

    def known_files(self, folder: str | None, *, tenant: str) -> dict[str, tuple[str, str]]:
        """Return file, path and fingerprint of what was ingested from a folder."""
        rows = self._database.execute(
            "SELECT file, path, fingerprint FROM documents "
            "WHERE tenant = ? AND folder IS ? AND file IS NOT NULL",
            (tenant, folder),
        )
        return {str(file): (str(path), str(print_)) for file, path, print_ in rows}

    def within(self, narrowing: Narrowing, *, tenant: str) -> Within:
        """Return the passages that a narrowing leaves."""
        documents = self._database.execute(
            "SELECT id, path FROM documents WHERE tenant = ?", (tenant,)
        )
        chosen = [row for row, path in documents if narrowing.admits_path(path)]
        chunks = self._database.execute(
            "SELECT id, heading, has_vector FROM chunks "
            "WHERE document IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(chosen),),
        )
        left = [(row, has) for row, heading, has in chunks if narrowing.admits_heading(heading)]
        return Within(rows=[row for row, _ in left], with_vectors=[row for row, has in left if has])

    def keyword_hits(
        self, query: str, *, tenant: str, limit: int, among: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Return the passages that share words with a query, with BM25; `among` some or all."""
        if among is not None:
            return self._keywords.search_among(query, (tenant,), among, limit=limit)
        return self._keywords.search(query, (tenant,), limit=limit)

    def span_around(self, passage: Passage, neighbours: int) -> tuple[int, int]:
        """Return the span of a passage with so many before and after it in its document."""
        first, last = passage.row - neighbours, passage.row + neighbours
        start, end = self._database.execute(
            "SELECT min(start), max(stop) FROM chunks WHERE id BETWEEN ? AND ? "
            "AND document = (SELECT document FROM chunks WHERE id = ?)",
            (first, last, passage.row),
        ).fetchone()
        return int(start), int(end)

    def passages(self, rows: Iterable[int]) -> dict[int, Passage]:
        """Return the passages that exist among `rows`."""
        wanted = list(rows)
        marks = ", ".join("?" * len(wanted))
        return {p.row: p for p in self._select(f"WHERE chunks.id IN ({marks})", wanted)}

    def without_vector(self, limit: int) -> list[Passage]:
        """Return passages that a stopped process left without a vector."""
        return self._select("WHERE chunks.has_vector = 0 ORDER BY chunks.id LIMIT ?", [limit])

    def has_vectors(self, rows: Iterable[int]) -> None:
        """Note that these passages have their vectors."""
        with transaction(self._database):
            self._database.executemany(
                "UPDATE chunks SET has_vector = 1 WHERE id = ?", [(row,) for row in rows]
            )

    def forget_vectors(self) -> None:
        """Note that no passage has a vector any more."""
        with transaction(self._database):
            self._database.execute("UPDATE chunks SET has_vector = 0")

    def tenants(self) -> list[str]:
        """Return the tenants that have documents."""
        return [str(t) for (t,) in self._database.execute("SELECT DISTINCT tenant FROM documents")]

    def _put_chunk(self, document_row: int, document: Document, s: Section, tenant: str) -> Passage:
        text = document.text[s.start : s.end]
        row = self._database.execute(
            "INSERT INTO chunks (document, start, stop, heading, page, text) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (document_row, s.start, s.end, s.heading, s.page, text),
        ).lastrowid
        assert row is not None
        passage = Passage(row=row, tenant=tenant, path=document.path, section=s, text=text)
        self._keywords.add(row, (tenant,), passage.words)
        return passage

    def _delete(self, tenant: str, path: str) -> bool:
        found = self._database.execute(
            "SELECT id FROM documents WHERE tenant = ? AND path = ?", (tenant, path)
        ).fetchone()
        if found is None:
            return False
        rows = self._database.execute("SELECT id FROM chunks WHERE document = ?", found).fetchall()
        self._keywords.remove(row for (row,) in rows)
        self.leftovers.note(found[0])
        self._database.execute("DELETE FROM documents WHERE id = ?", found)
        return True

    def _select(self, condition: str, values: Sequence[int]) -> list[Passage]:
        rows = self._database.execute(
            "SELECT chunks.id, tenant, path, start, stop, heading, page, chunks.text "
            f"FROM chunks JOIN documents ON documents.id = chunks.document {condition}",
            values,
        )
        return [
            Passage(
                row=row,
                tenant=tenant,
                path=path,
                section=Section(start=start, end=stop, heading=heading, page=page),
                text=text,
            )
            for row, tenant, path, start, stop, heading, page, text in rows
        ]
