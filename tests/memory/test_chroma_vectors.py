"""The vectors on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from surefoot.errors import StorageError
from surefoot.memory import ChromaVectors, MiniLM


def some_vectors(count: int) -> NDArray[np.float32]:
    made = np.random.default_rng(7).standard_normal((count, MiniLM.dimension))
    rows: NDArray[np.float32] = made.astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def bytes_under(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_the_nearest_rows_come_best_first_with_their_cosine_similarity(tmp_path: Path) -> None:
    store, rows = ChromaVectors(tmp_path, MiniLM()), some_vectors(50)
    store.put("abc", range(50), rows)

    nearest = store.nearest("abc", rows[7:8], limit=3)
    store.close()

    cosines = rows @ rows[7]
    assert list(nearest) == list(np.argsort(-cosines)[:3])
    assert np.allclose(list(nearest.values()), np.sort(cosines)[::-1][:3], atol=1e-4)


def test_a_collection_too_large_for_the_log_is_erased_from_its_index_files_too(
    tmp_path: Path,
) -> None:
    store, rows = ChromaVectors(tmp_path, MiniLM()), some_vectors(1_300)
    store.put("large", range(1_300), rows)
    store.put("other", range(20), rows[:20] * -1)
    store.close()
    before = bytes_under(tmp_path)

    store.rewrite_without("large", range(100))
    store.erase()
    after = bytes_under(tmp_path)
    survivors = store.nearest("large", rows[1_000:1_001], limit=1)
    others = store.nearest("other", rows[3:4] * -1, limit=1)
    store.close()

    assert all(row.tobytes() in before for row in rows[:100])
    assert not any(row.tobytes() in after for row in rows[:100])
    assert (list(survivors), list(others)) == ([1_000], [3])


def test_what_is_missing_is_no_error(tmp_path: Path) -> None:
    store = ChromaVectors(tmp_path, MiniLM())

    assert store.nearest("nothing", some_vectors(1), limit=5) == {}
    assert not store.has("nothing")
    store.remove("nothing", [1])
    store.drop("nothing")
    store.erase()
    store.close()


def test_a_new_index_holds_nothing_of_what_was_in_memory(tmp_path: Path) -> None:
    store, rows = ChromaVectors(tmp_path, MiniLM()), some_vectors(50)
    for number in range(10):
        store.put(f"collection-{number}", range(5), rows[number * 5 : number * 5 + 5])
    indexes = b"".join(file.read_bytes() for file in tmp_path.rglob("*.bin"))
    store.close()
    nearest = [store.nearest(f"collection-{n}", rows[n * 5 : n * 5 + 1], limit=1) for n in range(9)]
    store.close()

    assert not any(row.tobytes() in indexes for row in rows)
    assert [list(rows) for rows in nearest] == [[0]] * 9


def test_a_blanked_index_grows_and_is_read_again_like_any_other(tmp_path: Path) -> None:
    store, rows = ChromaVectors(tmp_path, MiniLM()), some_vectors(1_500)
    for start, stop in ((0, 5), (5, 90), (90, 250), (250, 1_500)):
        store.put("abc", range(start, stop), rows[start:stop])
        store.close()

    found = [list(store.nearest("abc", rows[n : n + 1], limit=1)) for n in range(0, 1_500, 50)]
    store.close()

    assert found == [[n] for n in range(0, 1_500, 50)]


def test_a_rewrite_that_a_crash_cut_short_loses_no_vector(tmp_path: Path) -> None:
    store, rows = ChromaVectors(tmp_path, MiniLM()), some_vectors(4)
    store.put("abc-next", range(4), rows)

    assert list(store.nearest("abc", rows[2:3], limit=1)) == [2]
    assert not store.has("abc-next")

    store.rewrite_without("abc", [2])
    assert set(store.nearest("abc", rows[2:3], limit=9)) == {0, 1, 3}
    store.rewrite_without("abc", range(4))
    assert not store.has("abc")
    store.put("def-next", range(4), rows)
    store.rewrite_without("def", [2])
    assert set(store.nearest("def", rows[2:3], limit=9)) == {0, 1, 3}
    store.close()


def test_vectors_that_cannot_be_stored_are_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database" * 500)
    store = ChromaVectors(tmp_path, MiniLM())

    with pytest.raises(StorageError):
        store.put("abc", range(4), some_vectors(4))
    store.close()
