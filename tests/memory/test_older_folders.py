"""Data folders that other versions wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from surefoot.errors import StorageError
from surefoot.memory import ChromaMemory
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

ANNA = Scope(user="anna", thread_id="t1")

FIRST = """
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, user TEXT NOT NULL,
    thread TEXT NOT NULL, run_id TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    created_at TEXT NOT NULL, has_vector INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant, user, thread, run_id));
CREATE TABLE facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, user TEXT NOT NULL,
    text TEXT NOT NULL, sentence TEXT NOT NULL, subject TEXT, value TEXT,
    stands_always INTEGER NOT NULL, thread TEXT NOT NULL, run_id TEXT, observed_at TEXT NOT NULL,
    superseded_by INTEGER REFERENCES facts ON DELETE SET NULL, superseded_at TEXT,
    has_vector INTEGER NOT NULL DEFAULT 0);
CREATE TABLE gone (collection TEXT NOT NULL, row INTEGER);
INSERT INTO turns VALUES (1, 'default', 'anna', 't1', 'r1', 'Hi', 'Hello.', '2025-01-01', 0);
INSERT INTO facts VALUES
    (1, 'default', 'anna', 'I prefer tea.', 'i prefer tea', NULL, NULL, 1, 't1', 'r1',
     '2025-01-01T00:00:00Z', 2, '2025-02-01T00:00:00Z', 0),
    (2, 'default', 'anna', 'I prefer coffee.', 'i prefer coffee', NULL, NULL, 1, 't1', NULL,
     '2025-02-01T00:00:00Z', NULL, NULL, 0);
"""


async def test_a_folder_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "memory.sqlite")) as database:
        database.executescript(FIRST)

    for _ in range(2):
        async with ChromaMemory(tmp_path) as memory:
            old, new = await memory.facts(ANNA, history=True)
            [turn] = await memory.turns(ANNA)
            unread = await memory.unread()

    assert (old.said, old.kind) == ("I prefer tea. (until 2025-02-01)", "preference")
    assert (new.created_at, new.uses, new.valid_to) == ("2025-02-01T00:00:00Z", 0, None)
    assert (turn.question, turn.evidence, unread) == ("Hi", (), [])


async def test_a_folder_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "memory.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    before = (tmp_path / "memory.sqlite").read_bytes()

    async with ChromaMemory(tmp_path) as memory:
        with pytest.raises(StorageError, match=r"newer version of Surefoot .* data folder"):
            await memory.facts(ANNA)
    with closing(sqlite3.connect(tmp_path / "memory.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    assert len(before) > 0
