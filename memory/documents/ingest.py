"""Ingest: files and folders taken into the shelf, without keeping searches waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from surefoot.errors import InputError

from ..embeddings import Embedder
from ..worker import Worker
from .catalogue import Origin
from .chunks import chunks_of
from .document import Document, Failure, IngestReport, Progress
from .files import Place, places_in
from .narrowing import Narrowing
from .reading import document_of, fingerprint_of, read_bytes
from .shelf import Shelf

_BATCH = 32


@dataclass(slots=True)
class _Tally:
    """What an ingest has done so far."""

    files: int
    progress: Progress | None
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    chunks: int = 0
    done: int = 0

    def tell(self, path: str) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.files, path)

    def report(self) -> IngestReport:
        return IngestReport(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            chunks=self.chunks,
            errors=tuple(self.errors),
        )


class Intake:
    """Reads and embeds in one thread (`reader`) and writes in the shelf's own (`writer`)."""

    def __init__(
        self, shelf: Shelf, embedder: Embedder, *, writer: Worker, reader: Worker, max_bytes: int
    ) -> None:
        self._shelf = shelf
        self._embedder = embedder
        self._writer = writer
        self._reader = reader
        self._max_bytes = max_bytes

    async def take_in(self, document: Document, *, tenant: str, origin: Origin) -> int:
        """Keep a document with its passages and their vectors; return how many passages."""
        sections = await self._reader.run(chunks_of, document)
        passages = await self._writer.run(
            self._shelf.put, document, sections, tenant=tenant, origin=origin
        )
        for at in range(0, len(passages), _BATCH):
            batch = passages[at : at + _BATCH]
            vectors = await self._reader.run(self._embedder.embed, [p.meaning for p in batch])
            await self._writer.run(self._shelf.put_vectors, batch, vectors)
        return len(passages)

    async def ingest(
        self, paths: Sequence[Path], *, tenant: str, progress: Progress | None
    ) -> IngestReport:
        """Take in what is new or changed, and drop what is gone."""
        await self._writer.run(self._shelf.catch_up)
        places = await self._reader.run(places_in, paths)
        tally = _Tally(files=sum(len(place.files) for place in places), progress=progress)
        for place in places:
            await self._ingest_place(place, tenant, tally)
        return tally.report()

    async def _ingest_place(self, place: Place, tenant: str, tally: _Tally) -> None:
        folder = None if place.folder is None else place.folder.as_posix()
        known = await self._writer.run(self._shelf.known_files, folder, tenant=tenant)
        taken = set(await self._writer.run(self._shelf.paths, Narrowing(), tenant=tenant))
        for file in place.files:
            name = place.name_of(file)
            path, before = known.get(name, ("", ""))
            path = path or _free_path(place, file, taken)
            taken.add(path)
            try:
                if (read := await self._reader.run(self._read, file, path, before)) is None:
                    tally.unchanged.append(path)
                else:
                    document, fingerprint = read
                    origin = Origin(folder=folder, file=name, fingerprint=fingerprint)
                    tally.chunks += await self.take_in(document, tenant=tenant, origin=origin)
                    (tally.updated if before else tally.added).append(path)
            except InputError as error:
                tally.errors.append(Failure(path=path, reason=str(error)))
            tally.tell(path)
        if place.folder is not None:
            here = {place.name_of(file) for file in place.files}
            for name in sorted(known.keys() - here):
                await self._writer.run(self._shelf.remove, known[name][0], tenant=tenant)
                tally.removed.append(known[name][0])

    def _read(self, file: Path, path: str, before: str) -> tuple[Document, str] | None:
        """Return a file's document and fingerprint; None when it is as it was before."""
        data = read_bytes(file, path, max_bytes=self._max_bytes)
        fingerprint = fingerprint_of(data)
        return None if fingerprint == before else (document_of(data, path), fingerprint)


def _free_path(place: Place, file: Path, taken: set[str]) -> str:
    """Return the shortest name for a file that no other document has."""
    parent = file.parent if place.folder is None else place.folder
    shown = place.shown_as(file)
    for path in (shown, f"{parent.name}/{shown}"):
        if path not in taken:
            return path
    return file.as_posix()
