"""The packaged embedding model."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from surefoot.memory import MiniLM


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_rows_have_length_one_and_the_dimension_it_names(minilm: MiniLM) -> None:
    rows = minilm.embed(["The cat sits on the mat.", "Rain"])

    assert rows.shape == (2, minilm.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_what_means_the_same_lies_closer_than_what_does_not(minilm: MiniLM) -> None:
    cat, feline, markets = minilm.embed(
        ["The cat sits.", "A feline is sitting down.", "Stock markets fell on Monday."]
    )

    assert float(cat @ feline) > float(cat @ markets) + 0.3


def test_a_text_gets_the_same_vector_alone_and_in_a_batch(minilm: MiniLM) -> None:
    texts = ["short", "a much longer text about penguins " * 20, "", "middle of the road"]

    together = minilm.embed(texts)
    alone = np.vstack([minilm.embed([text]) for text in texts])

    assert np.abs(together - alone).max() < 1e-5


def test_a_returned_row_can_be_changed_without_changing_the_cache(minilm: MiniLM) -> None:
    first = minilm.embed(["kept as it was"])
    expected = first.copy()
    first[:] = 0

    assert np.array_equal(minilm.embed(["kept as it was"]), expected)


def test_text_beyond_the_256th_token_does_not_count(minilm: MiniLM) -> None:
    start = "penguin " * 254

    assert np.allclose(minilm.embed([start]), minilm.embed([start + "volcano " * 9_000]), atol=1e-5)


def test_text_that_is_not_valid_unicode_is_embedded_all_the_same(minilm: MiniLM) -> None:
    assert minilm.embed(["broken \ud800 text \x00"]).shape == (1, minilm.dimension)


def test_no_texts_give_no_rows(minilm: MiniLM) -> None:
    assert minilm.embed([]).shape == (0, minilm.dimension)


def test_several_threads_may_embed_at_once(minilm: MiniLM) -> None:
    texts = [f"sentence number {n}" for n in range(16)]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: minilm.embed([text]), texts))

    assert np.abs(np.vstack(rows) - minilm.embed(texts)).max() < 1e-5


def test_importing_memory_loads_nothing_heavy() -> None:
    code = (
        "import sys, surefoot.memory; "
        "heavy = {'chromadb', 'onnxruntime', 'tokenizers', 'numpy', 'langgraph', 'bm25s'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
