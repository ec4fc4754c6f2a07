"""What memory on disk promises beyond the conformance suite: durability, erasure, a clean close."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from surefoot.errors import ConfigurationError, StorageError
from surefoot.memory import ChromaMemory, MiniLM, Window
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


WRITER = """
import asyncio, sys
from pathlib import Path
from surefoot.memory import ChromaMemory, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

async def main():
    scope = Scope(user="anna", thread_id="t1")
    memory = ChromaMemory(Path(sys.argv[1]), window=Window(turns=2))
    for n in range(10_000):
        turn = Turn(run_id=f"r{n}", question=f"q{n}", answer=f"a{n}", created_at="2026")
        await memory.keep(turn, scope)
        await memory.remember(f"My item{n} is thing{n}.", scope)
        print(n, flush=True)

asyncio.run(main())
"""


def write_and_kill(folder: Path, *, rounds: int) -> int:
    """Kill a writing process some times over; return the last number it acknowledged."""
    acknowledged = -1
    for round_ in range(1, rounds + 1):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged = max(acknowledged, int(line))
            if int(line) >= round_ * 7:
                break
        writer.kill()
        writer.wait()
        writer.stdout.close()
    return acknowledged


@pytest.mark.slow
async def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    acknowledged = write_and_kill(tmp_path, rounds=3)

    async with opened(tmp_path) as memory:
        texts = {fact.text for fact in await memory.facts(ANNA)}
        runs = {kept.run_id for kept in await memory.turns(ANNA)}
        found = await memory.search(f"item{acknowledged}", ANNA, limit=1)

    assert {f"My item{n} is thing{n}." for n in range(acknowledged + 1)} <= texts
    assert {f"r{n}" for n in range(acknowledged + 1)} <= runs
    assert found[0].content == f"My item{acknowledged} is thing{acknowledged}."
