"""Residue: what Chroma leaves on disk of vectors that were deleted, and how it is removed.

Its `delete` and `delete_collection` free rows of `chroma.sqlite3` without overwriting them and
leave the index folders of dropped collections behind. A new index, before its first vectors are
written out, has files as large as a hundred of them that hold whatever was in the process's
memory, such as vectors of other collections.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from surefoot.errors import StorageError

_DATABASE = "chroma.sqlite3"
_WRITTEN = "index_metadata.pickle"
"""Stands in an index folder once vectors were written out to it."""
_UNWRITTEN = ("data_level0.bin", "length.bin")


def remove_residue(folder: Path) -> None:
    """Rid a Chroma folder, which nobody has open, of every byte that belongs to no live vector."""
    database = folder / _DATABASE
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as opened:
            live = {str(segment) for (segment,) in opened.execute("SELECT id FROM segments")}
            opened.execute("VACUUM")
    except sqlite3.Error as error:
        raise StorageError(
            f"Deleted vectors are still on disk in {str(folder)!r}: {error}. "
            "Close whatever else uses the folder and forget again."
        ) from error
    for segment in folder.iterdir():
        if segment.is_dir():
            if segment.name in live:
                _blank_unwritten(segment)
            else:
                shutil.rmtree(segment)


def blank_new_index(folder: Path, collection_id: str) -> None:
    """Blank the index files of a collection that was just made, while Chroma has it open."""
    try:
        with closing(sqlite3.connect(folder / _DATABASE, timeout=10)) as opened:
            segments = opened.execute(
                "SELECT id FROM segments WHERE collection = ?", (collection_id,)
            ).fetchall()
    except sqlite3.Error as error:
        raise StorageError(f"{str(folder / _DATABASE)!r} cannot be read: {error}.") from error
    for (segment,) in segments:
        _blank_unwritten(folder / str(segment))


def _blank_unwritten(segment: Path) -> None:
    """Make the files of an index that holds no vector yet empty space of the same size."""
    if (segment / _WRITTEN).exists():
        return
    for name in _UNWRITTEN:
        file = segment / name
        if file.exists():
            size = file.stat().st_size
            os.truncate(file, 0)
            os.truncate(file, size)
