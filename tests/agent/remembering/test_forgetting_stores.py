"""Forgetting reaches the items that clients keep in the store, to the last byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, Settings
from surefoot.agent import Receipt
from surefoot.memory import ChromaStore
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

HERON = "The heron nests at Quarry Lake."
PLACE = ("notes", "birds")


def assistant_in(folder: Path, *, durable: bool = True) -> Assistant:
    return Assistant(settings=Settings(data_dir=folder, model="embedded"), durable=durable)


def holding(folder: Path, text: str) -> list[str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [file.name for file in files if text.encode() in file.read_bytes()]


def scope_of(user: str) -> Scope:
    return Scope(user=user, thread_id="")


async def put(assistant: Assistant, user: str, key: str, text: str) -> None:
    def kept(store: ChromaStore) -> None:
        store.put(PLACE, key, {"text": text, "about": {"tags": ["herons of the north"]}})

    await assistant.rooms.store().do(scope_of(user), kept)


async def keys(assistant: Assistant, user: str) -> list[str]:
    return [item.key for item in await assistant.rooms.store().everything(scope_of(user))]


async def test_a_persons_items_go_with_the_person(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await put(assistant, "anna", "heron", HERON)
        await put(assistant, "ben", "goose", "The goose is at home.")
        [told] = [each async for each in assistant.export("anna")]
        assert told["kind"] == "item" and told["key"] == "heron"
        receipt = await assistant.forget(user="anna")

        assert (receipt.removed.items, receipt.hits) == (1, 0)
        assert receipt.also_live > 0, "Ben's item has the same tag"
        assert holding(tmp_path, "Quarry Lake") == []
        assert (await keys(assistant, "anna"), await keys(assistant, "ben")) == ([], ["goose"])
        found = await assistant.rooms.store().do(
            scope_of("ben"), lambda store: store.search(PLACE, query="a bird's house")
        )
        assert found[0].score is not None
        [kept] = assistant.receipts()
        assert kept == receipt and kept.is_whole


async def test_items_that_match_a_query_go_and_the_others_stay(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await put(assistant, "anna", "heron", HERON)
        await put(assistant, "anna", "goose", "The goose is at home.")
        await put(assistant, "ben", "heron", "Herons eat fish at the lake.")
        receipt = await assistant.forget(user="anna", query="Quarry Lake")

        assert (receipt.removed.items, receipt.hits) == (1, 0)
        assert holding(tmp_path, "Quarry Lake") == []
        assert (await keys(assistant, "anna"), await keys(assistant, "ben")) == (
            ["goose"],
            ["heron"],
        )
        found = await assistant.rooms.store().do(
            scope_of("anna"), lambda store: store.search(PLACE, query="a bird's house")
        )
        assert [(item.key, item.score is not None) for item in found] == [("goose", True)]


async def test_items_stay_when_a_thread_is_forgotten(tmp_path: Path) -> None:
    async with assistant_in(tmp_path) as assistant:
        await put(assistant, "anna", "heron", HERON)
        for query in (None, "Quarry Lake"):
            receipt = await assistant.forget(user="anna", thread="t1", query=query)
            assert receipt.removed.items == 0
        assert await keys(assistant, "anna") == ["heron"]


async def test_a_store_without_a_folder_is_its_assistants_own_and_forgets(tmp_path: Path) -> None:
    async with (
        assistant_in(tmp_path, durable=False) as one,
        assistant_in(tmp_path, durable=False) as other,
    ):
        await put(one, "anna", "heron", HERON)
        await put(one, "ben", "goose", "The goose is at home.")
        assert await keys(other, "anna") == []
        receipt: Receipt = await one.forget(user="anna")
        assert receipt.removed.items == 1
        assert (await keys(one, "anna"), await keys(one, "ben")) == ([], ["goose"])
    assert holding(tmp_path, "") == []
