"""The shelf: catalogue and vectors kept in step, for one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

from surefoot.errors import NotFound

from ..chroma import ChromaVectors
from ..database import open_database
from ..embeddings import Embedder, Vectors
from ..fusion import WEIGHTS, Weights, fuse
from ..reranking import Reranker
from ..scanning import needle_of
from .catalogue import SCHEMA, Catalogue, Origin, Passage
from .document import Document, Section
from .leftovers import Leftover
from .narrowing import Narrowing
from .widening import widened

_CANDIDATES = 50
_RERANKED = 20
"""Passages that a reranker reads, so that a search stays bearable."""
_BATCH = 32
_LOOKED_FOR = 400
"""Removed passages of which pieces are looked for in the files."""
_FILE = "documents.sqlite"


class Shelf:
    """Opens with its first use. What the catalogue says wins: vectors follow it after a crash."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        chroma: str | None = None,
        reranker: Reranker | None = None,
        weights: Weights = WEIGHTS,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._reranker = reranker
        self._weights = weights
        self._vectors = ChromaVectors(folder / "vectors", embedder, server=chroma)
        self._database: Connection | None = None
        self._opened: Catalogue | None = None

    def close(self) -> None:
        """Let go of every file."""
        self._vectors.close()
        self._opened = None
        if self._database is not None:
            self._database.close()
            self._database = None

    def search(
        self, query: str, narrowing: Narrowing, *, tenant: str, limit: int, around: int
    ) -> list[tuple[Passage, float]]:
        """Return the passages that fit best with their scores, each text once.

        Each comes with `around` neighbours before and after it.
        """
        catalogue = self._catalogue()
        with catalogue.snapshot():
            if catalogue.changed_elsewhere():
                self._vectors.close()  # Chroma would go on with what it read when it was opened.
            candidates = self._candidates(query, narrowing, tenant=tenant, limit=limit)
            found = self._reranked(query, candidates, limit)[:limit]
            return self._widened(found, around) if around else found

    def put(
        self, document: Document, sections: Sequence[Section], *, tenant: str, origin: Origin
    ) -> list[Passage]:
        """Keep a document in the place of an older one; its passages still need vectors."""
        passages = self._catalogue().put(document, sections, tenant=tenant, origin=origin)
        self._drop_stale_vectors()
        return passages

    def put_vectors(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Keep the vectors of passages of one tenant."""
        if passages:
            rows = [passage.row for passage in passages]
            self._vectors.put(_collection(passages[0].tenant), rows, vectors)
            self._catalogue().has_vectors(rows)

    def remove(self, path: str, *, tenant: str) -> bool:
        """Delete a document; False when there is none."""
        removed = self._catalogue().remove(path, tenant=tenant)
        self._drop_stale_vectors()
        return removed

    def paths(self, narrowing: Narrowing, *, tenant: str) -> list[str]:
        """Return the paths of those of a tenant's documents that a narrowing leaves, in order."""
        paths = self._catalogue().paths(tenant=tenant)
        return [path for path in paths if narrowing.admits_path(path)]

    def text(self, path: str, *, tenant: str) -> str:
        """Return a document's whole text. Raises `NotFound`."""
        if (text := self._catalogue().text(path, tenant=tenant)) is None:
            raise NotFound(f"There is no document {path!r}.")
        return text

    def known_files(self, folder: str | None, *, tenant: str) -> dict[str, tuple[str, str]]:
        """Return file, path and fingerprint of what was ingested from a folder."""
        return self._catalogue().known_files(folder, tenant=tenant)

    def leftover(self) -> Leftover:
        """Return what files still hold of removed documents. Makes no file where there is none."""
        if self._opened is None and not (self._folder / _FILE).exists():
            return Leftover()
        return self._catalogue().leftovers.leftover(most=_LOOKED_FOR)

    def purging(self, *, anew: bool = True) -> Iterator[None]:
        """Rid every file of what was removed, in steps between which searches may come.

        Unless `anew`, only what a purge that was broken off had begun with.
        """
        leftovers = self._catalogue().leftovers
        if anew:
            leftovers.begin_purge()
        if tenants := leftovers.leaving():
            for tenant in tenants:
                yield from self._vectors.rewriting(_collection(tenant))
            self._vectors.erase()
            yield
            leftovers.finish_purge()

    def catch_up(self) -> int:
        """Make the vectors that a stopped ingest left out, and remove those it left behind."""
        self._drop_stale_vectors()
        made = 0
        while passages := self._catalogue().without_vector(_BATCH):
            for tenant in {passage.tenant for passage in passages}:
                batch = [passage for passage in passages if passage.tenant == tenant]
                self.put_vectors(batch, self._embedder.embed([p.meaning for p in batch]))
            made += len(passages)
        return made

    def reembed(self) -> int:
        """Make all vectors again; return how many."""
        catalogue = self._open()
        for tenant in catalogue.tenants():
            self._vectors.drop(_collection(tenant))
        catalogue.forget_vectors()
        return self.catch_up()

    def _candidates(
        self, query: str, narrowing: Narrowing, *, tenant: str, limit: int
    ) -> list[tuple[Passage, float]]:
        """Return what words and meaning find, best first, each text once."""
        catalogue = self._catalogue()
        within = catalogue.within(narrowing, tenant=tenant) if narrowing else None
        most = max(_CANDIDATES, 4 * limit)
        words = catalogue.keyword_hits(
            query, tenant=tenant, limit=most, among=None if within is None else within.rows
        )
        meaning = self._vectors.nearest(
            _collection(tenant),
            self._embedder.embed([query]),
            limit=most,
            among=None if within is None else within.with_vectors,
        )
        passages = catalogue.passages(words.keys() | meaning.keys())
        unique: dict[str, tuple[Passage, float]] = {}
        for row, score in fuse(words, meaning, self._weights).items():
            if (passage := passages.get(row)) is not None:
                unique.setdefault(passage.text, (passage, score))
        return list(unique.values())

    def _reranked(
        self, query: str, found: list[tuple[Passage, float]], limit: int
    ) -> list[tuple[Passage, float]]:
        """Return the best of what was found as the reranker sees them, where there is one."""
        if self._reranker is None or not found:
            return found
        closer = found[: max(_RERANKED, limit)]
        scores = self._reranker.score(query, [passage.meaning for passage, _ in closer])
        rescored = [
            (passage, float(score)) for (passage, _), score in zip(closer, scores, strict=True)
        ]
        return sorted(rescored, key=lambda each: -each[1])

    def _widened(
        self, found: Sequence[tuple[Passage, float]], around: int
    ) -> list[tuple[Passage, float]]:
        catalogue = self._catalogue()
        return widened(
            found,
            lambda passage: catalogue.span_around(passage, around),
            lambda passage: self.text(passage.path, tenant=passage.tenant),
        )

    def _catalogue(self) -> Catalogue:
        if self._opened is None:
            self._open()
            self.catch_up()
        return self._open()

    def _open(self) -> Catalogue:
        if self._opened is None:
            self._database = open_database(self._folder / _FILE, SCHEMA)
            self._opened = Catalogue(self._database)
        return self._opened

    def _drop_stale_vectors(self) -> None:
        leftovers = self._catalogue().leftovers
        stale = leftovers.stale_vectors()
        for tenant in set(stale.values()):
            collection, rows = _collection(tenant), [r for r in stale if stale[r] == tenant]
            kept = self._vectors.kept(collection, rows)
            leftovers.note_vectors({row: needle_of(vector) for row, vector in kept.items()})
            self._vectors.remove(collection, rows)
        leftovers.vectors_removed(stale)


def _collection(tenant: str) -> str:
    return "documents-" + sha256(tenant.encode("utf-8", "replace")).hexdigest()[:40]
