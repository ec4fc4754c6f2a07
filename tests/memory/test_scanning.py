"""Whether a scan of a folder's bytes finds what was to be forgotten, and only that."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from surefoot.memory import MiniLM, needles_of, needles_of_vectors, scan_files

SAID = 'The heron "Ludo" nests\nat Quarry Lake, close to the Große Mühle, since 1987.'


def found(folder: Path, *texts: str, words: str = "") -> tuple[str, ...]:
    return scan_files(folder, needles_of(texts, words)).residue


def test_a_text_is_found_however_it_was_written(tmp_path: Path) -> None:
    for number, written in enumerate(
        (SAID, json.dumps(SAID), json.dumps(json.dumps({"text": SAID}, ensure_ascii=False)))
    ):
        (tmp_path / f"{number}.bin").write_bytes(b"\x00" * 77 + written.encode() + b"\xff")
    (tmp_path / "other.bin").write_bytes(b"The heron nests elsewhere, close to the old mill.")
    assert found(tmp_path, SAID) == ("0.bin", "1.bin", "2.bin")


def test_a_piece_is_found_where_a_file_is_read_in_parts(tmp_path: Path) -> None:
    (tmp_path / "big.bin").write_bytes(b"." * ((1 << 23) - 9) + SAID.encode())
    assert found(tmp_path, SAID) == ("big.bin",)


def test_long_words_that_were_asked_for_are_found_alone(tmp_path: Path) -> None:
    (tmp_path / "index.bin").write_bytes(b"\x01zeppelin\x02")
    assert found(tmp_path, words="my zeppelins") == ("index.bin",)


def test_what_a_row_still_says_is_no_residue_and_a_free_page_is(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE said (text TEXT)")
        database.executemany("INSERT INTO said VALUES (?)", [(SAID,), ("Something else.",)])
        told = scan_files(tmp_path, needles_of([SAID]))
        assert (told.residue, told.also_live > 0) == ((), True)
        database.execute("DELETE FROM said WHERE text = ?", (SAID,))
        assert found(tmp_path, SAID) == ("kept.sqlite",)
        database.execute("VACUUM")
    assert found(tmp_path, SAID) == ()


def test_a_vector_is_found_and_named_files_are_passed_over(tmp_path: Path) -> None:
    vectors = MiniLM().embed([SAID, "Something else."])
    (tmp_path / "index.bin").write_bytes(b"\x07" * 5 + vectors[0].tobytes())
    needles = needles_of_vectors(vectors[:1])
    told = scan_files(tmp_path, needles)
    assert (told.residue, told.files, told.size) == (("index.bin",), 1, 5 + 4 * 384)
    assert scan_files(tmp_path, needles, but=[tmp_path / "index.bin"]).files == 0
    assert scan_files(tmp_path, needles_of_vectors(vectors[1:])).residue == ()
