"""`surefoot ingest`: what is taken in, what is not, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from filelock import FileLock

from surefoot.agent import Host

Surefoot = Callable[..., CompletedProcess[str]]


@pytest.fixture
def shelf(folder: Path) -> Path:
    """A folder with two documents, a table, and files that cannot be read."""
    shelf = folder / "shelf"
    shelf.mkdir()
    (shelf / "guide.md").write_text("# Guide\n\nPenguins eat fish.\n", encoding="utf-8")
    (shelf / "notes.txt").write_text("Krill is small.\n", encoding="utf-8")
    (shelf / "birds.csv").write_text("name,mass\nAdelie,3700\nGentoo,5076\n", encoding="utf-8")
    (shelf / "empty.md").write_bytes(b"")
    (shelf / "latin.txt").write_bytes(b"caf\xe9")
    (shelf / "empty.csv").write_bytes(b"")
    (shelf / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    return shelf


def test_what_can_be_read_is_taken_in_and_the_rest_is_named(
    surefoot: Surefoot, shelf: Path
) -> None:
    done = surefoot("ingest", "shelf")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "Documents: 2 added (2 passages)",
        "Tables: 1 added",
        "  birds: 2 rows from birds.csv",
    ]
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    for name in ("empty.md", "latin.txt", "empty.csv", "broken.parquet"):
        assert [line for line in lines if name in line and line.startswith("surefoot: ")]


def test_only_what_changed_is_read_again_and_what_is_gone_goes(
    surefoot: Surefoot, shelf: Path
) -> None:
    surefoot("ingest", "shelf")
    (shelf / "guide.md").write_text("# Guide\n\nPenguins eat krill.\n", encoding="utf-8")
    (shelf / "notes.txt").unlink()
    (shelf / "birds.csv").write_text("name,mass\nAdelie,3700\n", encoding="utf-8")
    assert surefoot("ingest", "shelf").stdout.splitlines() == [
        "Documents: 1 updated, 1 removed (1 passage)",
        "Tables: 1 updated",
        "  birds: 1 row from birds.csv",
    ]
    assert surefoot("ingest", "shelf").stdout.splitlines() == [
        "Documents: 1 unchanged (0 passages)",
        "Tables: 1 unchanged",
    ]


def test_single_files_go_where_they_belong(surefoot: Surefoot, shelf: Path) -> None:
    done = surefoot("ingest", "shelf/guide.md", "shelf/birds.csv")
    assert done.stdout.splitlines()[:2] == ["Documents: 1 added (1 passage)", "Tables: 1 added"]
    assert (done.returncode, done.stderr) == (0, "")


def test_it_fails_when_everything_fails(surefoot: Surefoot, shelf: Path) -> None:
    done = surefoot("ingest", "shelf/empty.md", "shelf/broken.parquet")
    assert (done.returncode, done.stdout) == (1, "")
    assert [("empty.md" in line) or ("broken.parquet" in line) for line in done.stderr.splitlines()]


def test_a_folder_with_nothing_to_read_says_what_would_be_read(
    surefoot: Surefoot, folder: Path
) -> None:
    (folder / "bare").mkdir()
    done = surefoot("ingest", "bare")
    assert done.returncode == 1
    assert "md, txt, html, pdf" in done.stderr


def test_a_path_that_does_not_exist_is_bad_usage(surefoot: Surefoot) -> None:
    done = surefoot("ingest", "nowhere")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "nowhere" in line


def test_a_folder_in_use_is_left_alone(surefoot: Surefoot, shelf: Path, folder: Path) -> None:
    (folder / ".surefoot").mkdir()
    with FileLock(folder / ".surefoot" / "lock"):
        done = surefoot("ingest", "shelf")
    assert done.returncode == 1
    assert "is using the data folder" in done.stderr


def test_data_becomes_a_document_where_that_is_asked_for(surefoot: Surefoot, shelf: Path) -> None:
    (shelf / "sites.json").write_text('[{"city": "Hull", "tags": ["a", "b"]}]', encoding="utf-8")
    done = surefoot("ingest", "--as-text", "shelf/birds.csv", "--as-text", "shelf/sites.json")
    assert done.stdout.splitlines() == ["Documents: 2 added (2 passages)"]
    again = surefoot("ingest", "shelf", "--as-text", "shelf/birds.csv")
    assert "Documents: 2 added, 1 unchanged (2 passages)" in again.stdout
    assert "birds: 2 rows from birds.csv" in again.stdout


def test_nothing_to_read_is_bad_usage(surefoot: Surefoot) -> None:
    done = surefoot("ingest")
    assert done.returncode == 2
    assert "--as-text FILE" in done.stderr


def test_a_database_that_cannot_be_reached_is_named_without_the_password(
    surefoot: Surefoot, shelf: Path
) -> None:
    pytest.importorskip("psycopg", reason="needs surefoot[postgres]")
    done = surefoot("ingest", "shelf/guide.md", "postgresql://ann:hush@127.0.0.1:1/shop")
    assert (done.returncode, done.stdout) == (0, "Documents: 1 added (1 passage)\n")
    [line] = done.stderr.splitlines()
    assert line.startswith("surefoot: '127.0.0.1:1/shop' cannot be read: ")
    assert "hush" not in line


def test_a_terminal_shows_a_bar(surefoot: Surefoot, shelf: Path) -> None:
    done = surefoot("ingest", "shelf", host=Host(is_terminal=True))
    assert "\x1b[" in done.stdout
    assert "Documents: 2 added" in done.stdout
