"""What was acknowledged survives `kill -9` at any moment, and nothing stands half written.

`SUREFOOT_KILL_ROUNDS=50` kills more often.
"""

from __future__ import annotations

import importlib.util
import os
import random
from pathlib import Path

import pytest

from surefoot.memory import ChromaDocuments, ChromaMemory

from ..nursery import Program, begin

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROUNDS = int(os.environ.get("SUREFOOT_KILL_ROUNDS", "2"))
PROGRAM = Path(__file__).with_name("killed.py")
_SPEC = importlib.util.spec_from_file_location("killed", PROGRAM)
assert _SPEC is not None and _SPEC.loader is not None
killed = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(killed)


def running(what: str, *places: Path) -> Program:
    return begin(PROGRAM, what, *places)


def lines_until_killed(program: Program, after: int) -> list[str]:
    """Read so many lines, kill the program, and return all that it said."""
    told = [line for _, line in zip(range(after), program.stdout, strict=False)]
    program.kill()
    return [line.strip() for line in [*told, *program.stdout] if line.endswith("\n")]


async def test_every_memory_that_was_acknowledged_is_there_and_found(tmp_path: Path) -> None:
    chance = random.Random(7)
    turns, facts = -1, set[int]()
    for _ in range(ROUNDS):
        with running("remember", tmp_path) as program:
            for line in lines_until_killed(program, chance.randint(1, 60)):
                match line.split():
                    case ["turn", number]:
                        turns = int(number)
                    case ["fact", number]:
                        facts.add(int(number))
        async with ChromaMemory(tmp_path, embedder=killed.EMBEDDER, window=killed.WINDOW) as memory:
            kept = await memory.turns(killed.SCOPE)
            known = await memory.facts(killed.SCOPE, history=True)
            found = {n: await memory.recall(f"zebra{n}", killed.SCOPE) for n in range(turns + 1)}
            near = {n: await memory.search(killed.fact(n), killed.SCOPE) for n in facts}
        assert len(kept) > turns and kept == [killed.turn(n) for n in range(len(kept))]
        said = [fact.text for fact in known]
        assert {killed.fact(n) for n in facts} <= set(said)
        assert set(said) <= {killed.fact(n) for n in range(len(kept))}
        assert len(set(said)) == len(said)
        assert all(killed.turn(n) in recalled.turns for n, recalled in found.items())
        for n, (best, *_) in near.items():
            assert best.content == killed.fact(n)
            assert (best.score or 0) > 0.999  # by words and by its vector, that of the query


async def test_every_document_that_was_told_of_is_there_whole(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(40):
        parts = (f"## Part {part}\n\nheron{number}x{part} stands.\n" for part in range(12))
        (files / f"{number:02}.md").write_text("\n".join(parts))
    chance = random.Random(7)
    for attempt in range(ROUNDS):
        folder = tmp_path / f"index{attempt // 4}"  # each goes on where three others were killed
        with running("ingest", folder, files) as program:
            told = lines_until_killed(program, chance.randint(1, 30))
        told = [line for line in told if line.endswith(".md")]
        async with ChromaDocuments(folder, embedder=killed.EMBEDDER) as index:
            paths = await index.paths()
            texts = {path: await index.text(path) for path in paths}
            found = {
                path: await index.search(f"heron{int(Path(path).stem)}x11", limit=3)
                for path in paths
            }
        assert set(told) <= set(paths)
        for path in paths:
            assert texts[path] == (files / path).read_text()
            assert found[path][0].content.endswith(f"heron{int(Path(path).stem)}x11 stands.")


def holding(folder: Path, text: str) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return [file for file in files if text.encode() in file.read_bytes()]


async def test_a_purge_that_a_kill_broke_off_is_completed_by_the_next_start(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    for attempt in range(max(ROUNDS // 2, 1)):
        folder = tmp_path / f"{attempt}"
        with running("purge", folder) as program:
            told = lines_until_killed(program, chance.randint(1, 12))
        name, *_ = told[-1].split()
        begun = {
            where
            for where, note in (("store", "surefoot-purging"), ("saver", "surefoot-saver-purging"))
            if note in {each.name for each in killed.client_of(folder / where).list_collections()}
        }
        store, saver = killed.store_in(folder), killed.saver_in(folder)
        async with (
            ChromaMemory(folder / "memory", embedder=killed.EMBEDDER) as memory,
            ChromaDocuments(folder / "documents", embedder=killed.EMBEDDER) as index,
        ):
            said = {fact.text for fact in await memory.facts(killed.SCOPE)}
            await index.ingest([])
            left = await index.leftover()
            [otter, *_] = await index.search("Here a otter is kept.")
        through = {line.partition(" ")[2] for line in told if line.startswith(f"{name} ")} | begun
        if not any(name in text for text in said):
            through.add("memory")
        if not left.documents:
            through.add("documents")
        assert [holding(folder / where, name) for where in through] == [[]] * len(through)
        assert "I keep a tame otter." in said
        assert otter.content == "Here a otter is kept." and (otter.score or 0) > 0.999
        [kept] = store.search(("pets",), query="a tame otter", limit=1)
        assert kept.key == "otter"
        assert saver.get_tuple(killed.thread("otter")) is not None


async def test_a_second_process_searches_while_the_first_takes_documents_in(
    tmp_path: Path,
) -> None:
    files, folder = tmp_path / "files", tmp_path / "index"
    files.mkdir()
    for number in range(60):
        (files / f"{number:02}.md").write_text(f"# Text {number}\n\nheron{number} stands.\n" * 20)
    with running("ingest", folder, files) as program:
        async with ChromaDocuments(folder, embedder=killed.EMBEDDER) as index:
            for line in program.stdout:
                if line.strip().endswith(".md"):
                    number = int(Path(line.strip()).stem)
                    found = await index.search(f"heron{number}", limit=3)
                    assert f"heron{number} stands." in found[0].content
    async with ChromaDocuments(folder, embedder=killed.EMBEDDER) as index:
        assert len(await index.paths()) == 60
