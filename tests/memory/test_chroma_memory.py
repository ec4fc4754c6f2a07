"""What memory on disk promises beyond the conformance suite: durability, erasure, a clean close."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from surefoot.errors import ConfigurationError, ModelError, StorageError
from surefoot.memory import ChromaMemory, ChromaVectors, MiniLM, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

pytestmark = pytest.mark.anyio

MINILM = MiniLM()
ANNA = Scope(user="anna", thread_id="t1")
BEN = Scope(user="ben", thread_id="t1")
SHORT = Window(turns=2)


def clock() -> str:
    return "2026-01-01T08:00:00Z"


def opened(folder: Path) -> ChromaMemory:
    return ChromaMemory(folder, embedder=MINILM, clock=clock, window=SHORT)


def turn(number: int) -> Turn:
    return Turn(
        run_id=f"r{number}",
        question=f"Where did I leave umbrella{number}?",
        answer=f"Umbrella{number} stands in the hall.",
        created_at=clock(),
    )


def bytes_under(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_everything_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as memory:
        await memory.remember("I play the bassoon.", ANNA)
        for number in range(6):
            await memory.keep(turn(number), ANNA)
    async with opened(tmp_path) as memory:
        recalled = await memory.recall("Which musical instrument? And umbrella1?", ANNA)

    runs = [t.run_id for t in recalled.turns]
    assert (runs[0], runs[-2:]) == ("r1", ["r4", "r5"])
    assert [f.content for f in recalled.findings] == ["I play the bassoon."]


async def test_an_older_turn_is_recalled_by_meaning_without_a_shared_word(tmp_path: Path) -> None:
    async with opened(tmp_path) as memory:
        await memory.keep(
            Turn(run_id="a", question="Our cat is ill.", answer="Call a vet.", created_at=clock()),
            ANNA,
        )
        for number in range(6):
            await memory.keep(turn(number), ANNA)
        recalled = await memory.recall("What was wrong with my sick kitten?", ANNA)

    assert [t.run_id for t in recalled.turns] == ["a", "r4", "r5"]


async def test_forgetting_leaves_no_byte_of_text_or_vector_on_disk(tmp_path: Path) -> None:
    fact, other = "I collect zeppelins.", "I collect hourglasses."
    question = "Where did I leave umbrella0?\nUmbrella0 stands in the hall."
    async with opened(tmp_path) as memory:
        await memory.remember(fact, ANNA)
        await memory.remember(other, BEN)
        for number in range(5):
            await memory.keep(turn(number), ANNA)
        before = bytes_under(tmp_path)
        forgotten = await memory.forget(ANNA)
        after = bytes_under(tmp_path)
        still = await memory.search("hourglass", BEN)

    fact_vector, turn_vector, other_vector = MINILM.embed([fact, question, other])
    for trace in (b"zeppelin", b"mbrella0", fact_vector.tobytes(), turn_vector.tobytes()):
        assert trace in before
        assert trace not in after
    assert other_vector.tobytes() in after
    assert forgotten == 6
    assert [f.content for f in still] == [other]


async def test_forgetting_one_fact_leaves_no_byte_of_it_and_keeps_the_others(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as memory:
        await memory.remember("I collect zeppelins.", ANNA)
        await memory.remember("I collect hourglasses.", ANNA)
        assert await memory.forget(ANNA, query="zeppelins") == 1
        after = bytes_under(tmp_path)
        kept = await memory.search("timepieces with sand", ANNA)

    gone, stays = MINILM.embed(["I collect zeppelins.", "I collect hourglasses."])
    assert b"zeppelin" not in after
    assert gone.tobytes() not in after
    assert stays.tobytes() in after
    assert [f.content for f in kept] == ["I collect hourglasses."]


async def test_closing_leaves_no_thread_and_no_open_file(tmp_path: Path) -> None:
    threads = threading.active_count()
    memory = opened(tmp_path)
    await memory.remember("I like tea.", ANNA)
    await memory.close()
    await memory.close()

    assert threading.active_count() == threads
    paths = [file.path for file in psutil.Process().open_files()]
    assert not [path for path in paths if path.startswith(str(tmp_path))]
    with pytest.raises(StorageError):
        await memory.recall("tea", ANNA)


async def test_vectors_of_another_model_are_refused_until_they_are_made_again(
    tmp_path: Path,
) -> None:
    class Renamed(MiniLM):
        name = "another-model"

    async with opened(tmp_path) as memory:
        await memory.remember("I like tea.", ANNA)
        for number in range(40):
            await memory.keep(turn(number), ANNA)
    async with ChromaMemory(tmp_path, embedder=Renamed(), clock=clock, window=SHORT) as memory:
        with pytest.raises(ConfigurationError, match="another-model"):
            await memory.search("hot drinks", ANNA)
        await memory.reembed()
        assert len(await memory.search("hot drinks", ANNA)) == 1


async def test_a_folder_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_bytes(b"this is not a database" * 100)
    async with opened(tmp_path) as memory:
        with pytest.raises(StorageError, match=r"memory\.sqlite"):
            await memory.recall("tea", ANNA)


async def test_many_threads_at_once_get_their_own_turns_and_the_loop_stays_free(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as memory:

        async def converse(number: int) -> tuple[Turn, ...]:
            scope = Scope(user=f"u{number}", thread_id=f"t{number}")
            await memory.keep(turn(number), scope)
            return (await memory.recall("umbrella", scope)).turns

        waiting = asyncio.gather(*(converse(number) for number in range(100)))
        ticks = 0
        while not waiting.done():
            await asyncio.sleep(0)
            ticks += 1

    assert await waiting == [(turn(number),) for number in range(100)]
    assert ticks > 100


async def test_a_cancelled_call_leaves_memory_usable_and_closable(tmp_path: Path) -> None:
    async with opened(tmp_path) as memory:
        call = asyncio.ensure_future(memory.remember("I like tea.", ANNA))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await memory.remember("I like coffee.", ANNA)

        assert "I like coffee." in [fact.text for fact in await memory.facts(ANNA)]


class Halting:
    """An embedder that waits for permission, and breaks while it is told to."""

    name, dimension = "halting", 4

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.is_broken = False

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.may_go_on.wait()
        if self.is_broken:
            raise ModelError("The embedding model is away.")
        return np.eye(4, dtype=np.float32)[[len(text) % 4 for text in texts]]


async def test_a_turn_is_kept_before_the_one_that_leaves_the_window_is_embedded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = Halting()
    async with ChromaMemory(tmp_path, embedder=embedder, window=SHORT) as memory:
        for number in range(3):
            kept = await memory.keep(turn(number), ANNA)  # would wait for ever
        assert kept == "turn-3"
        embedder.is_broken = True
        embedder.may_go_on.set()
        assert len(await memory.turns(ANNA)) == 3
        assert "The embedding model is away." in caplog.text
        embedder.is_broken = False
        await memory.keep(turn(3), ANNA)
    vectors = ChromaVectors(tmp_path / "vectors", embedder)
    [collection] = (name for name in names_in(vectors) if name.startswith("turns-"))
    assert set(vectors.nearest(collection, embedder.embed(["x"]), limit=9)) == {1, 2}
    vectors.close()


def names_in(vectors: ChromaVectors) -> list[str]:
    return [each.name for each in vectors._opened().list_collections()]
