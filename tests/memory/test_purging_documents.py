"""Whether documents that were removed or changed leave the files, and only they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.memory import ChromaDocuments, Document, MiniLM, scan_files

pytestmark = pytest.mark.anyio

MINILM = MiniLM()
HERON = "The heron nests at Quarry Lake, beside the old pumping station."
OTTER = "The otter sleeps under the third arch of the railway bridge."


def opened(folder: Path) -> ChromaDocuments:
    return ChromaDocuments(folder / "index", embedder=MINILM)


async def found(index: ChromaDocuments, query: str) -> list[str]:
    return [each.content for each in await index.search(query)]


async def test_a_file_that_vanished_leaves_no_byte_once_it_is_purged(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, text in (("heron", HERON), ("otter", OTTER)):
        (files / f"{name}.md").write_text(f"# On the {name}\n\n{text}\n")
    async with opened(tmp_path) as index:
        await index.ingest([files])
        (files / "heron.md").unlink()
        await index.ingest([files])
        left = await index.leftover()
        assert (left.documents, left.passages) == (1, 1)
        chroma = (tmp_path / "index" / "vectors" / "chroma.sqlite3").read_bytes()
        assert any(piece in chroma for piece in left.pieces)
        await index.purge()
        after = scan_files(tmp_path / "index", left.pieces)
        assert (after.residue, after.also_live, after.needles) == ((), 0, len(left.pieces))
        assert (await index.leftover()).pieces == frozenset()
        assert await found(index, "Where does the otter sleep?") == [OTTER]
        assert b"heron" not in b"".join(
            file.read_bytes() for file in (tmp_path / "index").rglob("*") if file.is_file()
        )


async def test_what_a_document_said_before_it_changed_is_purged_and_the_rest_stays(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as index:
        await index.add(Document(path="a.txt", text=f"{HERON}\n\n{OTTER}"), tenant="one")
        await index.add(Document(path="a.txt", text=OTTER), tenant="one")
        await index.add(Document(path="b.txt", text=HERON), tenant="two")
        left = await index.leftover()
        await index.purge()
        after = scan_files(tmp_path / "index", left.pieces)
        assert after.residue == () and after.also_live > 0
        [heron] = await index.search("heron", tenant="two")
        assert heron.content == HERON
        [otter] = await index.search("sleeping animal", tenant="one")
        assert otter.content == OTTER and (otter.score or 0) > 0.2


async def test_searches_are_answered_between_the_steps_of_a_purge(tmp_path: Path) -> None:
    async with opened(tmp_path) as index:
        for number in range(3):
            await index.add(Document(path=f"{number}.txt", text=f"{OTTER} Heron {number}."))
        await index.remove("0.txt")
        for taken in range(6):
            await purge_in_part(index, taken)
            assert len(await found(index, "sleeping animal")) == 2


async def test_a_purge_that_was_broken_off_is_done_by_the_next_ingest(tmp_path: Path) -> None:
    for steps in range(1, 5):
        async with opened(tmp_path) as index:
            await index.add(Document(path="a.txt", text=f"{HERON} Number {steps}."))
            await index.add(Document(path="b.txt", text=OTTER))
            await index.remove("a.txt")
            left = await index.leftover()
            await purge_in_part(index, steps)
        async with opened(tmp_path) as index:
            await index.ingest([])
            assert (await index.leftover()).documents == 0
            assert scan_files(tmp_path / "index", left.pieces).residue == ()
            assert await found(index, "Where does the otter sleep?") == [OTTER]


async def purge_in_part(index: ChromaDocuments, steps: int) -> None:
    purging = index._shelf.purging()
    for _ in range(steps):
        await index._worker.run(next, purging, None)


async def test_an_index_that_was_never_used_is_not_made_by_looking(tmp_path: Path) -> None:
    async with opened(tmp_path) as index:
        assert (await index.leftover()).documents == 0
    assert not (tmp_path / "index").exists()
