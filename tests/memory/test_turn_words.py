"""Turns are found among those before them, and forgotten with every word of theirs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from surefoot.memory import ChromaMemory, MiniLM, PlainMemory, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

pytestmark = pytest.mark.anyio

ANNA = Scope(user="anna", thread_id="t1")
SHORT = Window(turns=1)


def turn(run_id: str, question: str, answer: str = "I see.") -> Turn:
    return Turn(run_id=run_id, question=question, answer=answer, created_at="2026-05-08T08:00:00Z")


def bytes_under(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_a_turn_is_found_by_what_was_said_before_it_and_by_its_date() -> None:
    async with PlainMemory(window=Window(turns=1, older_turns=1)) as memory:
        await memory.keep(turn("a", "Shall we talk about the zeppelin?"), ANNA)
        await memory.keep(turn("b", "It cost eleven crowns."), ANNA)
        for number in range(3):
            await memory.keep(turn(f"c{number}", "The tea cost two crowns."), ANNA)
        about = await memory.recall("What did the zeppelin cost?", ANNA)
        dated = await memory.recall("Anything on 8 May?", ANNA)

    assert [t.run_id for t in about.turns] == ["b", "c2"]
    assert len(dated.turns) == 2


async def test_a_turn_that_has_nothing_of_a_question_itself_is_not_found_by_its_neighbours() -> (
    None
):
    async with PlainMemory(window=SHORT) as memory:
        await memory.keep(turn("a", "Shall we talk about the zeppelin?"), ANNA)
        for number in range(3):
            await memory.keep(turn(f"b{number}", "Tell me of whales."), ANNA)
        recalled = await memory.recall("Tell me: the zeppelin", ANNA)
        other = await memory.recall("zeppelin", ANNA)

    assert [t.run_id for t in recalled.turns] == ["a", "b0", "b1", "b2"]
    assert [t.run_id for t in other.turns] == ["a", "b2"]


async def test_an_erased_turn_leaves_none_of_its_words_with_the_turns_behind_it(
    tmp_path: Path,
) -> None:
    async with ChromaMemory(tmp_path, embedder=MiniLM(), window=SHORT) as memory:
        await memory.keep(turn("a", "Where is the zeppelin?"), ANNA)
        for number in range(3):
            await memory.keep(turn(f"b{number}", "And the whale?"), ANNA)
        await memory.erase(ANNA, runs=["a"])
        recalled = await memory.recall("whale zeppelin", ANNA)
    left = bytes_under(tmp_path)

    assert b"zeppelin" not in left
    assert b"whale" in left
    assert [t.run_id for t in recalled.turns] == ["b0", "b1", "b2"]


async def test_turns_indexed_without_their_neighbours_are_indexed_anew(tmp_path: Path) -> None:
    async with ChromaMemory(tmp_path, embedder=MiniLM(), window=SHORT) as memory:
        await memory.keep(turn("a", "Where is the zeppelin?"), ANNA)
        await memory.keep(turn("b", "And the whale?"), ANNA)
    database = sqlite3.connect(tmp_path / "memory.sqlite")
    database.executescript(
        "DROP TABLE turn_words; CREATE VIRTUAL TABLE turn_words USING fts5(scope, stems);"
    )
    database.close()
    async with ChromaMemory(tmp_path, embedder=MiniLM(), window=SHORT) as memory:
        recalled = await memory.recall("zeppelin", ANNA)

    assert [t.run_id for t in recalled.turns] == ["a", "b"]
