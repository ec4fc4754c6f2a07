from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
from inline_snapshot import snapshot

from surefoot.tools import Workspace


def catalog_of(folder: Path) -> str:
    workspace = Workspace(folder / "snapshots")
    assert not asyncio.run(workspace.ingest([folder])).errors
    return workspace.catalog()


def test_keys_and_comments_that_a_duckdb_file_declares_are_told(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE people (nr INTEGER PRIMARY KEY, name VARCHAR)")
        made.execute("CREATE TABLE sales (id INTEGER, buyer INTEGER REFERENCES people (nr))")
        made.execute("INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob')")
        made.execute("INSERT INTO sales VALUES (1, 1), (2, 1), (3, NULL)")
        made.execute("COMMENT ON TABLE sales IS 'One row for\na sale'")
        made.execute("COMMENT ON COLUMN sales.buyer IS 'Null when it was paid in cash'")
    assert catalog_of(tmp_path) == snapshot("""\
CREATE TABLE people (  -- 2 rows, from shop.duckdb
  nr INTEGER,  -- 1 to 2
  name VARCHAR  -- 2 values: 'Ann', 'Bob'
);
-- One row for a sale
CREATE TABLE sales (  -- 3 rows, from shop.duckdb
  id INTEGER,  -- 1 to 3
  -- Null when it was paid in cash
  buyer INTEGER  -- 1 value: 1, 1 null
);
-- key: sales.buyer = people.nr\
""")


def test_keys_that_are_told_beside_a_copy_are_its_own(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE people AS SELECT 1 AS nr, 'Ann' AS name")
        made.execute("CREATE SCHEMA back")
        made.execute("CREATE TABLE back.sales AS SELECT 1 AS id, 1 AS buyer")
    told = {"schema_name": "back", "table": "sales", "to_schema": "main", "to_table": "people"}
    keys = [
        {**told, "column": "buyer", "to_column": "nr"},
        {**told, "column": "gone", "to_column": "nr"},
        {**told, "column": "buyer", "to_column": "nr", "to_table": "left_out"},
    ]
    (tmp_path / "shop.duckdb.keys").write_text(json.dumps(keys))
    catalog = catalog_of(tmp_path)
    assert [line for line in catalog.splitlines() if "key" in line] == [
        "-- key: sales.buyer = people.nr"
    ]


def test_keys_that_a_sqlite_file_declares_are_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as made:
        made.executescript(
            "CREATE TABLE people (nr INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE sales (id INTEGER, buyer INTEGER REFERENCES people);"
            "INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');"
            "INSERT INTO sales VALUES (1, 1), (2, 9);"
        )
    keys = [line for line in catalog_of(tmp_path).splitlines() if line.startswith("-- key")]
    assert keys == ["-- key: sales.buyer = people.nr, 1 row unmatched"]
