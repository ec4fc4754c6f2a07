"""The document index on Chroma: hybrid search over passages, and the ingest of files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from surefoot.errors import InputError
from surefoot.evidence import DocumentSource, Finding

from ..embeddings import Embedder
from ..fusion import WEIGHTS, Weights
from ..minilm import MiniLM
from ..reranking import Reranker
from ..worker import Worker
from .catalogue import Origin, Passage
from .document import Document, IngestReport, Progress
from .ingest import Intake
from .leftovers import Leftover
from .narrowing import Narrowing
from .reading import MAX_BYTES
from .shelf import Shelf

_OVER = object()


class ChromaDocuments:
    """Documents in a folder of their own: texts in SQLite, vectors in one collection per tenant.

    Nothing is opened before the first call, and all blocking work happens in threads that end
    with `close`. Reading and embedding files never keeps a search waiting. What an ingest has
    reported is on disk; passages that a crash left without a vector get it at the next opening.
    One process at a time may change the folder; others may search it, and follow. With `chroma`,
    the address of a Chroma server, vectors lie there. A `reranker` puts the best of what is found
    in its own order, with its own scores.
    """

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder | None = None,
        max_bytes: int = MAX_BYTES,
        chroma: str | None = None,
        reranker: Reranker | None = None,
        weights: Weights = WEIGHTS,
    ) -> None:
        model: Embedder = embedder if embedder is not None else MiniLM()
        self._shelf = Shelf(folder, model, chroma=chroma, reranker=reranker, weights=weights)
        self._worker = Worker("surefoot-documents")
        self._reader = Worker("surefoot-documents-reader")
        self._intake = Intake(
            self._shelf, model, writer=self._worker, reader=self._reader, max_bytes=max_bytes
        )
        self._changing = asyncio.Lock()

    async def __aenter__(self) -> ChromaDocuments:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish what is running and let go of every thread and file."""
        await self._reader.close()
        await self._worker.close(self._shelf.close)

    async def search(
        self,
        query: str,
        *,
        tenant: str = "default",
        limit: int = 5,
        paths: Sequence[str] = (),
        heading: str = "",
        kinds: Sequence[str] = (),
        around: int = 0,
    ) -> list[Finding]:
        """Return the passages that fit best by words and by meaning, best first.

        `paths` narrows to files, folders and patterns such as `guide/**` or `*.pdf`; a name without
        `/` is looked for in every folder. `heading` narrows to passages under headings that say
        this, and `kinds` to kinds of file, such as `pdf`. With `around`, each passage comes with so
        many before and after it, as one stretch of the document; stretches that overlap are one.
        A text that stands in several documents is returned once.
        """
        if limit < 1 or not query.strip():
            return []
        narrowing = Narrowing(paths=tuple(paths), heading=heading, kinds=tuple(kinds))
        found = await self._worker.run(
            self._shelf.search, query, narrowing, tenant=tenant, limit=limit, around=around
        )
        return [_finding(passage, score) for passage, score in found]

    async def add(self, document: Document, *, tenant: str = "default") -> int:
        """Take a document in, in the place of an older one; return its number of passages."""
        _require_sound(document)
        async with self._changing:
            return await self._intake.take_in(document, tenant=tenant, origin=Origin())

    async def remove(self, path: str, *, tenant: str = "default") -> bool:
        """Take a document out; False when there is none. Its bytes stay on disk until `purge`."""
        async with self._changing:
            return await self._worker.run(self._shelf.remove, path, tenant=tenant)

    async def paths(self, *, tenant: str = "default", matching: Sequence[str] = ()) -> list[str]:
        """Return the paths of all documents, or of those a search in `matching` looks at."""
        narrowing = Narrowing(paths=tuple(matching))
        return await self._worker.run(self._shelf.paths, narrowing, tenant=tenant)

    async def text(self, path: str, *, tenant: str = "default") -> str:
        """Return the text in which the spans of a document's passages count. Raises `NotFound`."""
        return await self._worker.run(self._shelf.text, path, tenant=tenant)

    async def ingest(
        self,
        paths: Sequence[Path],
        *,
        tenant: str = "default",
        progress: Progress | None = None,
    ) -> IngestReport:
        """Take in files and whole folders, reading again only what changed.

        A document goes when its file is gone from a folder given here. A file that cannot be read
        is reported and what was known of it stays. A CSV or JSON file becomes a text where it is
        named itself; in folders, such files are passed over. Raises `InputError` for a path that
        does not exist.
        """
        async with self._changing:
            await self._purge(anew=False)
            return await self._intake.ingest(paths, tenant=tenant, progress=progress)

    async def leftover(self) -> Leftover:
        """Return what files still hold of documents that were removed or changed."""
        return await self._worker.run(self._shelf.leftover)

    async def purge(self) -> None:
        """Rid every file of the bytes of documents that were removed or changed.

        Searches go on meanwhile; whatever changes documents waits. It takes the longer the more is
        kept beside what goes: about 70 seconds of a processor at 100,000 passages. What a crash
        breaks off is done by the next ingest or purge.
        """
        async with self._changing:
            await self._purge(anew=True)

    async def reembed(self) -> int:
        """Make all vectors again with this index's embedder; return how many."""
        async with self._changing:
            return await self._worker.run(self._shelf.reembed)

    async def _purge(self, *, anew: bool) -> None:
        steps = self._shelf.purging(anew=anew)
        while await self._worker.run(_is_left, steps):
            pass


def _is_left(steps: Iterator[None]) -> bool:
    """Take one step; False when there was none."""
    return next(steps, _OVER) is not _OVER


def _require_sound(document: Document) -> None:
    if not document.text.strip():
        raise InputError(f"{document.path!r} holds no text.")
    if document.text.encode("utf-8", "replace").decode("utf-8") != document.text:
        raise InputError(f"{document.path!r} holds half characters (lone surrogates).")
    at = 0
    for section in document.sections:
        if not at <= section.start < section.end <= len(document.text):
            raise InputError(
                f"{document.path!r} has a section from {section.start} to {section.end}, which "
                f"overlaps the one before or leaves the text of {len(document.text)} characters."
            )
        at = section.end


def _finding(passage: Passage, score: float) -> Finding:
    source = DocumentSource(
        path=passage.path,
        heading=passage.section.heading,
        start=passage.section.start,
        end=passage.section.end,
        page=passage.section.page,
    )
    return Finding(source=source, content=passage.text, score=score)
