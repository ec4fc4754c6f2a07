"""Databases: the SQLite files in which this room keeps texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surefoot.errors import StorageError

IN_MEMORY = ":memory:"
"""Opened as a path: a database that is gone when it is closed."""


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open the file, made when missing, so that a commit survives a crash of the machine.

    Deleted text is overwritten with zeros at once; `scrub` also rids the file of its copies.
    """
    try:
        if str(path) != IN_MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None, timeout=10)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(schema)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"{str(path)!r} cannot be opened: {error}. Check the folder's permissions and free "
            "space, or move the file away to start anew."
        ) from error
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Make what happens inside one change: all of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def scrub(database: sqlite3.Connection) -> None:
    """Rewrite the file so that no byte of a deleted row is left in it or in its log."""
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
