"""Snapshots: each ingest publishes a whole new database file, so that readers never wait.

`snapshot.json` names the file in force and describes it. It is replaced in one step, after the
file it names is safely on disk; a file that has been published is never changed.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from surefoot.errors import StorageError

from .catalog import Catalog, Key

FORMAT = 2
"""Raised when files would be read differently than before; everything is then read again."""

_POINTER = "snapshot.json"


class Source(BaseModel):
    """One file that tables came from."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As the user knows it."""
    digest: str
    tables: tuple[str, ...]
    keys: tuple[Key, ...] = ()
    """Those that a database declares."""


class Snapshot(BaseModel):
    """One published state of all tables."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    generation: int = 0
    """0 before anything has been published."""
    sources: dict[str, Source] = Field(default_factory=dict[str, Source])
    """By absolute path."""
    catalog: Catalog = Catalog()
    text: str = ""
    """The catalog as a model reads it."""

    def database(self, folder: Path) -> Path:
        """Return the file that holds the tables."""
        return folder / f"tables-{self.generation}.duckdb"


Version = tuple[int, int, int]


def version_of(folder: Path) -> Version | None:
    """Return something that changes whenever another snapshot is published."""
    try:
        status = (folder / _POINTER).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def read_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot in force."""
    pointer = folder / _POINTER
    try:
        return Snapshot.model_validate_json(pointer.read_bytes())
    except FileNotFoundError:
        return Snapshot()
    except ValidationError:
        raise StorageError(
            f"{pointer} is damaged. Delete the folder {str(folder)!r} and ingest again."
        ) from None


def publish(folder: Path, snapshot: Snapshot, built: Path) -> None:
    """Put `built` in force as the database of `snapshot`, and clear what is no longer read."""
    _flush(built)
    built.rename(snapshot.database(folder))
    draft = folder / f"{_POINTER}.new"
    draft.write_text(snapshot.model_dump_json(), encoding="utf-8")
    _flush(draft)
    draft.replace(folder / _POINTER)
    _flush(folder)
    clear(folder, keep={snapshot.generation, snapshot.generation - 1})


def clear(folder: Path, keep: set[int]) -> None:
    """Delete database files but those of the generations to keep."""
    kept = {f"tables-{generation}.duckdb" for generation in keep}
    for file in folder.glob("tables-*.duckdb*"):
        if file.name not in kept:
            file.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
