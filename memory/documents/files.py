"""Files: what an ingest finds in the paths it is given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from surefoot.errors import InputError

from .kinds import is_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One path given to an ingest, and the documents in it."""

    folder: Path | None
    """None for a single file."""
    files: tuple[Path, ...]
    """Whole paths, in order."""

    def name_of(self, file: Path) -> str:
        """Return how the file is known within this place."""
        return file.as_posix() if self.folder is None else file.relative_to(self.folder).as_posix()

    def shown_as(self, file: Path) -> str:
        """Return how the file is shown to people."""
        return file.name if self.folder is None else self.name_of(file)


def places_in(paths: Sequence[Path]) -> list[Place]:
    """Return what is there to read. Raises `InputError` for a path that does not exist.

    Hidden files and folders, and files of other kinds, are left out of folders, as is whatever a
    link inside a folder brings in from outside.
    """
    places: list[Place] = []
    for path in paths:
        whole = path.resolve()
        if whole.is_dir():
            places.append(Place(folder=whole, files=tuple(sorted(_documents_under(whole)))))
        elif whole.exists():
            places.append(Place(folder=None, files=(whole,)))
        else:
            raise InputError(f"There is no file or folder {str(path)!r}.")
    return places


def _documents_under(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            file = Path(parent, name)
            if name.startswith(".") or not is_document(file):
                continue
            if not file.is_symlink() or file.resolve().is_relative_to(folder):
                yield file
