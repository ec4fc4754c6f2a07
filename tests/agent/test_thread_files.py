"""Files of one conversation: found there, nowhere else, and gone with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, InputError, Settings

pytestmark = pytest.mark.anyio

NOTES = b"# Harbour\n\nThe harbour master of Port Example is called Quillon Brae.\n"


def bodies_in(folder: Path, pattern: str = "*") -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob(pattern) if path.is_file()]


async def test_a_thread_is_deleted_with_its_files(tmp_path: Path) -> None:
    async with Assistant(model="embedded", settings=Settings(data_dir=tmp_path)) as assistant:
        files, key = assistant.thread_files, assistant.key("t")
        await files.add(key, "harbour.md", NOTES)
        await files.add(key, "sales.csv", b"region,amount\nnorth,10\n")
        assert {tool.name for tool in await files.equip(key, ())} == {
            "search_documents",
            "run_sql",
        }
        assert await files.equip(assistant.key("other"), ()) == ()
        await assistant.delete_thread("t")
        assert await files.equip(key, ()) == ()
    assert not any(b"Quillon" in body for body in bodies_in(tmp_path))


async def test_a_file_that_cannot_be_read_is_refused_and_not_kept(tmp_path: Path) -> None:
    async with Assistant(model="embedded", settings=Settings(data_dir=tmp_path)) as assistant:
        key = assistant.key("t")
        for name, data in (("a.bin", b"\0"), ("broken.pdf", b"no pdf"), ("empty.csv", b"")):
            with pytest.raises(InputError):
                await assistant.thread_files.add(key, name, data)
        assert not bodies_in(tmp_path / "threads", "files/*")


async def test_the_threads_tables_stand_beside_those_of_the_tenant(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("city,people\nHull,3\n")
    settings = Settings(data_dir=tmp_path / "data")
    async with Assistant(model="embedded", settings=settings) as assistant:
        await assistant.rooms.ingest([own])
        key = assistant.key("t")
        await assistant.thread_files.add(key, "sales.csv", b"region,amount\nnorth,10\n")
        tools = await assistant.thread_files.equip(key, await assistant.rooms.tools())
        names = {tool.name for tool in tools}
    assert {"run_sql", "run_sql_on_shared_files"} <= names
