"""What a model reads about the tables."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from surefoot.tools import Workspace
from surefoot.tools.sql.catalog import Catalog, Table  # type: ignore[import-not-found]
from surefoot.tools.sql.printing import print_catalog  # type: ignore[import-not-found]


def catalog_of(folder: Path, **files: Sequence[Sequence[object]]) -> str:
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    workspace = Workspace(folder / "snapshots")
    assert not asyncio.run(workspace.ingest([folder])).errors
    return workspace.catalog()


def test_columns_are_described_by_what_is_in_them(tmp_path: Path) -> None:
    rows = [
        (
            n,
            f"note {n}",
            n % 2 == 0,
            f"{n % 4}-é'",
            "" if n % 10 else n / 4,
            f"2024-01-{n % 9 + 1:02} 10:00:00",
            2000 + n % 3,
            "",
        )
        for n in range(100)
    ]
    header = ("id", "note", "is even", "it's", "size", "at", "year", "nothing")
    assert catalog_of(tmp_path, things=[header, *rows]) == snapshot("""\
CREATE TABLE things (  -- 100 rows, from things.csv
  id BIGINT,  -- 0 to 99
  note VARCHAR,  -- 100 values, such as 'note 0', 'note 1', 'note 10'
  "is even" BOOLEAN,  -- 2 values: false, true
  "it's" VARCHAR,  -- 4 values: '0-é''', '1-é''', '2-é''', '3-é'''
  size DOUBLE,  -- 0.0 to 22.5, 90 null
  "at" TIMESTAMP,  -- '2024-01-01 10:00:00' to '2024-01-09 10:00:00'
  year BIGINT,  -- 3 values: 2000, 2001, 2002
  nothing VARCHAR  -- 100 null
);\
""")


def test_keys_are_found_by_name_and_by_value(tmp_path: Path) -> None:
    text = catalog_of(
        tmp_path,
        authors=[("id", "name"), (1, "a"), (2, "b"), (3, "c")],
        countries=[("code", "name"), ("no", "Norway"), ("it", "Italy")],
        books=[
            ("id", "author_id", "country", "country_code", "editor_id"),
            (10, 1, "Norway", "no", 7),
            (11, 1, "Italy", "it", 8),
            (12, 2, "Italy", "it", 9),
        ],
        loans=[("book_id", "author_id"), (10, 1), (10, 5), (12, 1)],
        sales=[("book_id", "n"), (10, 1), (11, 1), (12, 1), (12, 2), (13, 1), ("", 9)],
    )
    assert [line for line in text.splitlines() if line.startswith("-- key")] == [
        "-- key: books.author_id = authors.id",
        "-- key: loans.book_id = books.id",
        "-- key: sales.book_id = books.id, 1 row unmatched",
        "-- key: books.country_code = countries.code",
        "-- key: books.country = countries.name",
    ]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """A table of 200 columns."""
    folder = tmp_path_factory.mktemp("wide")
    header = [f"column_number_{n}" for n in range(200)]
    catalog_of(
        folder, wide=[header, *([f"value {m} of {n}" for n in range(200)] for m in range(4))]
    )
    (table,) = Workspace(folder / "snapshots").tables()
    return table


@pytest.mark.parametrize(("tables", "columns"), [(1, 3), (1, 200), (30, 12), (120, 8), (1_000, 8)])
def test_the_catalog_stays_within_its_size_and_counts_what_it_leaves_out(
    wide: Table, tables: int, columns: int
) -> None:
    kept = wide.columns[:columns]
    named = (f"table_{n:03}" for n in range(tables))
    copies = tuple(wide.model_copy(update={"name": name, "columns": kept}) for name in named)
    text = print_catalog(Catalog(tables=copies))
    assert len(text) <= 16_000
    described = text.count("CREATE TABLE") + len(re.findall(r"^-- table_\d+:", text, re.M))
    left = re.search(r"^-- (\d+) more tables", text, re.M)
    assert described + (int(left[1]) if left else 0) == tables
    assert (left is not None) is (tables == 1_000)
    if tables * columns <= 360:
        assert text.count("VARCHAR") == tables * columns


def test_values_of_several_lines_do_not_break_the_catalog(tmp_path: Path) -> None:
    text = catalog_of(tmp_path, t=[("a", "b\nc"), ("one\ntwo", 1), ("three", 2)])
    assert text == snapshot("""\
CREATE TABLE t (  -- 2 rows, from t.csv
  a VARCHAR,  -- 2 values, such as 'three'
  "b c" BIGINT  -- 1 to 2
);\
""")
