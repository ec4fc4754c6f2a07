"""From files to tables."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from inline_snapshot import snapshot

from surefoot.tools import TableReport, Workspace


def ingest(folder: Path, *paths: Path, root: Path | None = None) -> TableReport:
    return asyncio.run(Workspace(folder / "snapshots").ingest(paths, root=root))


def query(folder: Path, sql: str) -> list[list[object]]:
    async def ask() -> list[list[object]]:
        workspace = Workspace(folder / "snapshots")
        try:
            return [list(row) for row in (await workspace.query(sql)).rows]
        finally:
            await workspace.close()

    return asyncio.run(ask())


def catalog(folder: Path) -> str:
    return Workspace(folder / "snapshots").catalog()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def write_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE first AS SELECT 1 AS a")
        connection.execute("CREATE SCHEMA s")
        connection.execute("CREATE TABLE s.first AS SELECT DATE '2024-02-29' AS day")
        connection.execute("CREATE VIEW v AS SELECT * FROM read_text('/etc/passwd')")


def write_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE people (id INTEGER, zip TEXT, born TEXT, size REAL, "
            "note TEXT, photo BLOB)"
        )
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)",
            [
                (1, "01234", "1990-05-01", 1.5, 'says "hi",\nand ünï', b"\x00\xff"),
                (2, "99999", "1991-06-02", None, None, None),
                (3, "", "1992-07-03", 2, "", b""),
            ],
        )
        connection.execute('CREATE TABLE "odd name" ("a b" INTEGER)')
        connection.commit()


def test_every_kind_of_file_becomes_tables(data: Path, tmp_path: Path) -> None:
    (data / "a.csv").write_text("\n\nname;size\nx;1\ny;NA\n")
    (data / "b.tsv").write_text("name\tnote\nx\ta,b\n")
    (data / "c.json").write_text(json.dumps([{"a": 1, "b": {"c": [1, 2]}}, {"a": 2}]))
    (data / "d.jsonl").write_text('{"a": 1}\n{"a": 2.5}\n')
    (data / "e.csv").write_bytes("name,n\nJosé,1\nZoë,2\n".encode("utf-16"))
    duckdb.execute(f"COPY (SELECT 7 AS a, DATE '2024-01-01' AS d) TO '{data / 'f.parquet'}'")
    write_database(data / "g.duckdb")
    write_sqlite(data / "h.db")
    report = ingest(tmp_path, data)
    assert report == TableReport(
        added=tuple(sorted(file.name for file in data.iterdir())),
    )
    assert catalog(tmp_path) == snapshot("""\
CREATE TABLE a (  -- 2 rows, from a.csv
  name VARCHAR,  -- 2 values: 'x', 'y'
  size BIGINT  -- 1 value: 1, 1 null
);
CREATE TABLE b (  -- 1 row, from b.tsv
  name VARCHAR,  -- 1 value: 'x'
  note VARCHAR  -- 1 value: 'a,b'
);
CREATE TABLE c (  -- 2 rows, from c.json
  a BIGINT,  -- 1 to 2
  b STRUCT(c BIGINT[])  -- 1 null
);
CREATE TABLE d (  -- 2 rows, from d.jsonl
  a DOUBLE  -- 1.0 to 2.5
);
CREATE TABLE e (  -- 2 rows, from e.csv
  name VARCHAR,  -- 2 values: 'José', 'Zoë'
  n BIGINT  -- 1 to 2
);
CREATE TABLE f (  -- 1 row, from f.parquet
  a INTEGER,  -- 1 value: 7
  d DATE  -- 1 value: '2024-01-01'
);
CREATE TABLE first (  -- 1 row, from g.duckdb
  a INTEGER  -- 1 value: 1
);
CREATE TABLE first_2 (  -- 1 row, from g.duckdb
  day DATE  -- 1 value: '2024-02-29'
);
CREATE TABLE odd_name (  -- 0 rows, from h.db
  "a b" VARCHAR
);
CREATE TABLE people (  -- 3 rows, from h.db
  id BIGINT,  -- 1 to 3
  zip VARCHAR,  -- 3 values: '', '01234', '99999'
  born DATE,  -- '1990-05-01' to '1992-07-03'
  size DOUBLE,  -- 1.5 to 2.0, 1 null
  note VARCHAR,  -- 2 values, such as '', 1 null
  photo VARCHAR  -- 2 values: '', '00ff', 1 null
);\
""")
    assert query(tmp_path, "SELECT b.c[2] FROM c") == [[2], [None]]
    assert query(tmp_path, "SELECT name FROM e ORDER BY n") == [["José"], ["Zoë"]]
    assert query(tmp_path, "SELECT note, zip, photo FROM people ORDER BY id") == [
        ['says "hi",\nand ünï', "01234", "00ff"],
        [None, "99999", None],
        ["", "", ""],
    ]


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_brought_in(
    data: Path, tmp_path: Path
) -> None:
    (data / "binary.csv").write_bytes(bytes(range(256)) * 40)
    (data / "corrupt.duckdb").write_bytes(b"x" * 9_000)
    (data / "corrupt.json").write_text('{"a": 1')
    (data / "corrupt.parquet").write_bytes(b"PAR1 and then nothing PAR1")
    (data / "corrupt.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 9_000)
    (data / "empty.csv").write_text("")
    (data / "fine.csv").write_text("a\n1\n")
    (data / "latin.csv").write_bytes("a,b\nJosé,1\n".encode("latin-1"))
    (data / "no tables.db").write_bytes(b"")
    (data / "ragged.csv").write_text("a,b\n1,2\n3\n4,5\n")
    report = ingest(tmp_path, data, data / "missing.csv")
    assert report.added == ("fine.csv",)
    assert list(report.errors) == snapshot(
        [
            "missing.csv: there is no such file.",
            "binary.csv: it is binary, not text.",
            "corrupt.duckdb: the file exists, but it is not a valid DuckDB database file.",
            "corrupt.json: Malformed JSON in the file, at byte 8 in record/value 2: "
            "unexpected end of data.",
            "corrupt.parquet: Footer length error in the file.",
            "corrupt.sqlite: file is not a database.",
            "empty.csv: it is empty.",
            "latin.csv: line 2 is not UTF-8; save the file as UTF-8.",
            "no tables.db: it is empty.",
            "ragged.csv: line 3 has 1 column, not 2.",
        ]
    )


def test_a_huge_file_is_refused(data: Path, tmp_path: Path) -> None:
    (data / "huge.csv").write_text("a\n" + "1\n" * 1_000)
    workspace = Workspace(tmp_path / "snapshots")
    report = asyncio.run(workspace.ingest([data], max_bytes=1_000))
    assert report.errors == ("huge.csv: it has 0 MB, more than the 0 MB that are allowed.",)


def test_only_what_changed_is_read_again_and_what_is_gone_goes(data: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (data / f"{name}.csv").write_text(f"v\n{name}\n")
    assert ingest(tmp_path, data).added == ("a.csv", "b.csv", "c.csv")
    published = (tmp_path / "snapshots" / "snapshot.json").stat().st_mtime_ns
    assert ingest(tmp_path, data).unchanged == ("a.csv", "b.csv", "c.csv")
    assert (tmp_path / "snapshots" / "snapshot.json").stat().st_mtime_ns == published

    (data / "b.csv").write_text("v\nnew\n")
    (data / "c.csv").unlink()
    assert ingest(tmp_path, data) == TableReport(
        updated=("b.csv",), unchanged=("a.csv",), removed=("c.csv",)
    )
    assert query(tmp_path, "SELECT a.v, b.v FROM a, b") == [["a", "new"]]
    assert [table.name for table in Workspace(tmp_path / "snapshots").tables()] == ["a", "b"]


def test_other_folders_and_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.csv").write_text(f"v\n{name}\n")
    assert ingest(tmp_path, tmp_path / "one", root=tmp_path).added == ("one/t.csv",)
    assert ingest(tmp_path, tmp_path / "two" / "t.csv", root=tmp_path).added == ("two/t.csv",)
    assert query(tmp_path, "SELECT t.v, t_2.v FROM t, t_2") == [["one", "two"]]
    (tmp_path / "one" / "t.csv").unlink()
    assert ingest(tmp_path, tmp_path / "two").unchanged == ("t.csv",)
    assert ingest(tmp_path, tmp_path / "one").removed == ("one/t.csv",)
    assert query(tmp_path, "SELECT v FROM t_2") == [["two"]]


def test_a_file_that_breaks_later_leaves_its_tables_as_they_were(
    data: Path, tmp_path: Path
) -> None:
    (data / "a.csv").write_text("v\n1\n")
    ingest(tmp_path, data)
    (data / "a.csv").write_text("")
    (data / "b.csv").write_text("v\n2\n")
    report = ingest(tmp_path, data)
    assert (report.added, report.updated) == (("b.csv",), ())
    assert report.errors == ("a.csv: it is empty; the tables of before are kept.",)
    assert query(tmp_path, "SELECT a.v, b.v FROM a, b") == [[1, 2]]


def test_tables_are_named_after_their_files(data: Path, tmp_path: Path) -> None:
    names = {
        "Sales 2024 (final).csv": "sales_2024_final",
        "2024.csv": "t_2024",
        "order.csv": "order_table",
        "Größe.csv": "grösse",
        "a[1]*?.csv": "a_1",
        "it's.csv": "it_s",
        "A-1.csv": "a_1_2",
        "--.csv": "table_table",
        "duckdb_settings.csv": "t_duckdb_settings",
        "x" * 200 + ".csv": "x" * 60,
    }
    for file in names:
        (data / file).write_text("a\n1\n")
    assert not ingest(tmp_path, data).errors
    tables = Workspace(tmp_path / "snapshots").tables()
    assert sorted(t.name for t in tables) == sorted(names.values())
    assert {t.name for t in tables if t.source == "order.csv"} == {"order_table"}


def test_what_looks_like_a_number_is_not_always_one(data: Path, tmp_path: Path) -> None:
    (data / "a.csv").write_text("zip,country,n\n01234,NA,1\n00012,US,2\n")
    (data / "b.csv").write_text("country,n\nNA,NA\nUS,2\n")
    ingest(tmp_path, data)
    assert query(tmp_path, "SELECT zip, country, n FROM a ORDER BY n") == [
        ["01234", "NA", 1],
        ["00012", "US", 2],
    ]
    assert query(tmp_path, "SELECT country, n FROM b ORDER BY n") == [["US", 2], [None, None]]


def test_a_line_break_in_a_cell_is_no_new_row(data: Path, tmp_path: Path) -> None:
    cells = 'a,"b\nc"\r\n"one\ntwo",1\r\nthree,2\r\n'
    (data / "crlf.csv").write_bytes(cells.encode())
    (data / "lf.csv").write_bytes(cells.replace("\r", "").encode())
    (data / "uneven.csv").write_text('a,b\n"one\ntwo",1\nthree,2\n4\n')
    assert ingest(tmp_path, data).errors == ("uneven.csv: line 5 has 1 column, not 2.",)
    assert query(tmp_path, "SELECT count(*), min(a) FROM crlf") == [[2, "one\ntwo"]]
    assert query(tmp_path, 'SELECT sum("b c") FROM lf') == [[3]]


def test_hidden_files_are_not_tables(data: Path, tmp_path: Path) -> None:
    (data / ".git").mkdir()
    (data / ".git" / "a.csv").write_text("a\n1\n")
    (data / "readme.md").write_text("hello")
    assert ingest(tmp_path, data) == TableReport()
    assert ingest(tmp_path, data / "readme.md").errors == (
        "readme.md: files ending in '.md' are not read as tables.",
    )
