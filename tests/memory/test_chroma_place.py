"""Vectors on a server are told apart from those of others there."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from surefoot.errors import ConfigurationError, StorageError
from surefoot.memory import ChromaVectors, MiniLM

ROWS = np.eye(2, MiniLM.dimension, dtype=np.float32)


def test_two_folders_share_a_server_without_seeing_each_others_vectors(
    tmp_path: Path, chroma_server: str
) -> None:
    ours = ChromaVectors(tmp_path / "a", MiniLM(), server=chroma_server)
    theirs = ChromaVectors(tmp_path / "b", MiniLM(), server=chroma_server)
    again = ChromaVectors(tmp_path / "a", MiniLM(), server=chroma_server)
    ours.put("same", [1], ROWS[:1])
    theirs.put("same", [2], ROWS[:1])

    assert list(again.nearest("same", ROWS[:1], limit=9)) == [1]
    theirs.clear()
    assert theirs.nearest("same", ROWS[:1], limit=9) == {}
    ours.rewrite_without("same", [7])
    assert list(again.nearest("same", ROWS[:1], limit=9)) == [1]
    for each in (ours, theirs, again):
        each.erase()


def test_another_process_sees_on_a_server_what_was_just_kept(
    tmp_path: Path, chroma_server: str
) -> None:
    writer = ChromaVectors(tmp_path, MiniLM(), server=chroma_server)
    reader = ChromaVectors(tmp_path, MiniLM(), server=chroma_server)
    writer.put("abc", [1], ROWS[:1])
    assert list(reader.nearest("abc", ROWS[:1], limit=9)) == [1]
    writer.put("abc", [2], ROWS[1:])

    assert set(reader.nearest("abc", ROWS[:1], limit=9)) == {1, 2}
    writer.close()
    reader.close()


def test_a_server_that_does_not_answer_is_a_storage_error(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        vectors = ChromaVectors(tmp_path, MiniLM(), server=address)
        with pytest.raises(StorageError, match="does not answer"):
            vectors.put("abc", [1], ROWS[:1])
    with pytest.raises(ConfigurationError, match="no address"):
        ChromaVectors(tmp_path, MiniLM(), server="localhost").put("abc", [1], ROWS[:1])
