"""A document: its text, where its parts stand, and the index that finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from surefoot.evidence import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of a document's text that belongs together: a paragraph, a table, a list."""

    start: int
    """Offset of its first character in the document's text."""
    end: int
    """Offset just after its last character."""
    heading: str = ""
    """The headings above it, joined by ` > `."""
    page: int | None = None
    """Counted from 1, for paged formats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text as it was read from a file, or as a program hands it over."""

    path: str
    """As the user knows it: a relative path or a URL. Unique within a tenant."""
    text: str
    sections: tuple[Section, ...] = ()
    """In order and without overlap; empty for a text without structure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file that could not be taken in."""

    path: str
    reason: str
    """One line that names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest did, by document path."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Documents whose file is gone from the ingested folder."""
    chunks: int = 0
    """Passages made from what was added and updated."""
    errors: tuple[Failure, ...] = ()
    """Files that were left out; what was known of them before is kept."""


Progress = Callable[[int, int, str], None]
"""Told after each file: how many are done, how many there are, and the file's path."""


class DocumentIndex(Protocol):
    """Documents that can be searched. Tenants never see each other's."""

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
        """Return the passages that fit best, best first, within what narrows the search."""
        ...

    async def add(self, document: Document, *, tenant: str = "default") -> int:
        """Take a document in, in the place of an older one; return its number of passages."""
        ...

    async def remove(self, path: str, *, tenant: str = "default") -> bool:
        """Take a document out; False when there is none."""
        ...

    async def paths(self, *, tenant: str = "default", matching: Sequence[str] = ()) -> list[str]:
        """Return the paths of all documents, or of those that fit a pattern, in order."""
        ...

    async def ingest(
        self,
        paths: Sequence[Path],
        *,
        tenant: str = "default",
        progress: Progress | None = None,
    ) -> IngestReport:
        """Take in files and whole folders, reading again only what changed."""
        ...
