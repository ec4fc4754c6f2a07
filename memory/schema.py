"""Schema: the tables of the diary, and how older data folders are brought up to them."""

from __future__ import annotations

import sqlite3

from surefoot.errors import StorageError

from .database import transaction
from .kinds import kind_of

VERSION = 2
"""What `PRAGMA user_version` says of a diary that this version wrote."""

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    text TEXT NOT NULL,
    sentence TEXT NOT NULL,   -- the text in the form in which facts are compared
    subject TEXT,             -- NULL when no rule knows what it is about
    value TEXT,
    stands_always INTEGER NOT NULL,
    thread TEXT NOT NULL,
    run_id TEXT,
    observed_at TEXT NOT NULL,
    superseded_by INTEGER REFERENCES facts ON DELETE SET NULL,
    superseded_at TEXT,
    has_vector INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT 'fact',
    confidence REAL NOT NULL DEFAULT 1,
    evidence TEXT,
    created_at TEXT NOT NULL DEFAULT '',
    valid_from TEXT,
    valid_to TEXT,
    was_wrong INTEGER NOT NULL DEFAULT 0,
    last_used_at TEXT,
    uses INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS facts_by_person ON facts (tenant, user, superseded_at);
CREATE INDEX IF NOT EXISTS facts_without_vector ON facts (id) WHERE has_vector = 0;
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,       -- empty when nobody in particular asked
    thread TEXT NOT NULL,
    run_id TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    has_vector INTEGER NOT NULL DEFAULT 0,
    evidence TEXT NOT NULL DEFAULT '[]',
    is_considered INTEGER NOT NULL DEFAULT 0,   -- 1 once it was looked through for facts
    UNIQUE (tenant, user, thread, run_id)
);
CREATE INDEX IF NOT EXISTS turns_by_thread ON turns (tenant, user, thread, id);
CREATE INDEX IF NOT EXISTS turns_without_vector
    ON turns (tenant, user, thread, id) WHERE has_vector = 0;
CREATE INDEX IF NOT EXISTS turns_to_consider ON turns (id) WHERE is_considered = 0;
CREATE TABLE IF NOT EXISTS summaries (
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    thread TEXT NOT NULL,
    written TEXT NOT NULL,     -- by a model
    written_through INTEGER NOT NULL,  -- the last turn that this tells of
    lines TEXT NOT NULL,       -- of the turns behind that
    through INTEGER NOT NULL,
    PRIMARY KEY (tenant, user, thread)
) WITHOUT ROWID;
-- What was deleted here and may still have a vector: a row, or with NULL the whole collection.
CREATE TABLE IF NOT EXISTS gone (collection TEXT NOT NULL, row INTEGER);
"""

_SINCE_1 = """
ALTER TABLE facts ADD COLUMN kind TEXT NOT NULL DEFAULT 'fact';
ALTER TABLE facts ADD COLUMN confidence REAL NOT NULL DEFAULT 1;
ALTER TABLE facts ADD COLUMN evidence TEXT;
ALTER TABLE facts ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
ALTER TABLE facts ADD COLUMN valid_from TEXT;
ALTER TABLE facts ADD COLUMN valid_to TEXT;
ALTER TABLE facts ADD COLUMN was_wrong INTEGER NOT NULL DEFAULT 0;
ALTER TABLE facts ADD COLUMN last_used_at TEXT;
ALTER TABLE facts ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
UPDATE facts SET created_at = observed_at, valid_to = superseded_at;
ALTER TABLE turns ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
ALTER TABLE turns ADD COLUMN is_considered INTEGER NOT NULL DEFAULT 1
"""
"""Turns of before were looked through by nobody, and are left at that: their facts were said."""


def prepare(database: sqlite3.Connection, *, file: str) -> None:
    """Make the tables, or bring those of an older version up to date, all at once.

    Raises `StorageError` for a file that a newer version wrote.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StorageError(
            f"{file!r} was written by a newer version of Surefoot (its schema is {version}, this "
            f"one knows {VERSION}). Install that version, or choose another data folder."
        )
    if version < VERSION and _has_facts(database):
        with transaction(database):
            for statement in _SINCE_1.strip().split(";"):
                database.execute(statement)
            _sort(database)
            database.execute(f"PRAGMA user_version = {VERSION}")
    database.executescript(_TABLES)
    database.execute(f"PRAGMA user_version = {VERSION}")


def _has_facts(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone()
    return found is not None


def _sort(database: sqlite3.Connection) -> None:
    """Give facts of before their kinds."""
    rows = database.execute("SELECT id, text FROM facts").fetchall()
    kinds = [(kind_of(text), row) for row, text in rows]
    database.executemany("UPDATE facts SET kind = ? WHERE id = ?", kinds)
