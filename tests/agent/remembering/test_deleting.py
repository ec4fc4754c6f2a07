"""Deleted threads and removed documents leave the files too, and a receipt says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from surefoot import Assistant, Settings
from surefoot.agent import Host, run_command
from surefoot.memory import ChromaDocuments, Document
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

HARBOUR = b"# Harbour\n\nThe harbour master of Port Example is called Quillon Brae.\n"


def assistant_in(folder: Path) -> Assistant:
    return Assistant(settings=Settings(data_dir=folder, model="embedded"))


def holding(folder: Path, text: str) -> list[str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [file.name for file in files if text.encode() in file.read_bytes()]


async def tell(assistant: Assistant, thread: str, user: str, text: str) -> None:
    await assistant.ask(f"Why does the {text}?", thread=thread, user=user)
    await assistant.drain()


async def test_a_deleted_thread_leaves_the_files_with_a_receipt(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, "t1", "anna", "heron nest at Quarry Lake")
        await tell(assistant, "t1", "ben", "otter sleep under the railway bridge")
        await tell(assistant, "t2", "anna", "boiler need a service in March")
        await assistant.thread_files.add(assistant.key("t1"), "harbour.md", HARBOUR)
        await assistant.delete_thread("t1")
        await assistant.ask("Why is the lighthouse closed?", thread="t1", user="anna")
        await assistant.drain()
        [receipt] = assistant.receipts()
        turns = await assistant.rooms.own_memory().turns(Scope(user="anna", thread_id=""))

    removed = receipt.removed
    assert (removed.turns, removed.runs, removed.threads, removed.documents) == (2, 2, 1, 1)
    assert removed.events > 10
    assert (receipt.hits, receipt.residue) == (0, ()) and receipt.needles > 10
    for text in ("Quarry Lake", "railway bridge", "Quillon", "harbour"):
        assert holding(tmp_path, text) == []
    assert [turn.question for turn in turns] == [
        "Why does the boiler need a service in March?",
        "Why is the lighthouse closed?",
    ]


async def test_a_deletion_that_a_crash_broke_off_is_finished_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, "t1", "anna", "heron nest at Quarry Lake")
        key = assistant.key("t1")
        await assistant.thread_files.add(key, "harbour.md", HARBOUR)
        erasure = await (await assistant._lifetime.forgetter()).plan_thread(key, ["anna"])
    async with assistant_in(tmp_path) as assistant:
        await assistant.drain()
        [receipt] = assistant.receipts()
        assert await assistant.events("t1") == []
    assert receipt.receipt_id == erasure.erasure_id
    assert (receipt.hits, receipt.removed.runs, receipt.removed.documents) == (0, 1, 1)
    assert holding(tmp_path, "Quarry Lake") == holding(tmp_path, "Quillon") == []


async def test_forgetting_a_person_takes_the_files_of_their_threads(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await tell(assistant, "t1", "anna", "heron nest at Quarry Lake")
        await assistant.thread_files.add(assistant.key("t1"), "harbour.md", HARBOUR)
        receipt = await assistant.forget(user="anna")
    removed = receipt.removed
    assert (receipt.hits, removed.documents, removed.threads) == (0, 1, 1)
    assert holding(tmp_path, "Quillon") == []


async def test_removed_documents_leave_the_files_behind_the_next_run(tmp_path: Path) -> None:
    page, data = tmp_path / "pages" / "harbour.md", tmp_path / "data"
    page.parent.mkdir()
    page.write_bytes(HARBOUR)
    async with assistant_in(data) as assistant:
        await assistant.rooms.ingest([page.parent])
        page.unlink()
        await assistant.rooms.ingest([page.parent])
        assert holding(data, "Quillon")
        await assistant.ask("What is 2 + 2?", thread="t1")
        await assistant.drain()
        [receipt] = assistant.receipts()
        assert await assistant.purge() is None
    assert (receipt.removed.documents, receipt.removed.passages) == (1, 1)
    assert (receipt.hits, receipt.tenant) == (0, "") and receipt.is_whole
    assert receipt.files >= 2 and receipt.needles > 2
    assert holding(data, "Quillon") == []


def test_the_command_purges_what_was_removed_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def remove_a_document() -> None:
        async with ChromaDocuments(tmp_path / ".surefoot" / "documents") as index:
            await index.add(Document(path="harbour.md", text=HARBOUR.decode()))
            await index.remove("harbour.md")

    monkeypatch.chdir(tmp_path)
    asyncio.run(remove_a_document())
    assert run_command(["memory", "purge"], Host()) == 0
    told = capsys.readouterr()
    assert told.out == "Purged 1 passage of 1 document.\n"
    assert "to the last byte: none holds it." in told.err
    assert run_command(["memory", "purge"], Host()) == 0
    assert capsys.readouterr().err == "Nothing is left of removed documents.\n"
