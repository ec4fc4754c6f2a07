"""ChromaStore keeps LangGraph's store contract."""

from __future__ import annotations

from pathlib import Path

import chromadb
import pytest
from chromadb.config import Settings

from surefoot.memory import ChromaStore, MiniLM


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def opened(folder: Path, clock: Clock) -> ChromaStore:
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    return ChromaStore(client, embedder=MiniLM(), fields=["text"], now=clock)


def test_items_are_found_by_meaning_within_their_namespace(tmp_path: Path) -> None:
    store = opened(tmp_path, Clock())
    store.put(("users", "ann"), "1", {"text": "She keeps two cats", "n": 1})
    store.put(("users", "ann"), "2", {"text": "Her bank is in Oslo", "n": 2})
    store.put(("users", "bob"), "1", {"text": "He has a kitten", "n": 1})

    found = store.search(("users", "ann"), query="pets at home")
    few = store.search(("users",), filter={"n": {"$gt": 1}})

    assert [item.key for item in found] == ["1", "2"]
    assert found[0].score is not None
    assert [item.value["n"] for item in few] == [2]
    assert store.list_namespaces(suffix=("bob",)) == [("users", "bob")]


def test_a_put_replaces_an_item_and_keeps_when_it_was_made(tmp_path: Path) -> None:
    store = opened(tmp_path, clock := Clock())
    store.put(("a",), "k", {"text": "old"})
    clock.seconds += 5
    store.put(("a",), "k", {"text": "new"})

    item = store.get(("a",), "k")

    assert item is not None
    assert item.value == {"text": "new"}
    assert (item.updated_at - item.created_at).total_seconds() == 5
    store.delete(("a",), "k")
    assert store.get(("a",), "k") is None
    assert store.search(("a",), query="new") == []


def test_an_item_is_gone_when_its_time_is_over(tmp_path: Path) -> None:
    store = opened(tmp_path, clock := Clock())
    store.put(("a",), "k", {"text": "short"}, ttl=1)
    clock.seconds += 50
    assert store.get(("a",), "k") is not None
    clock.seconds += 50
    assert store.get(("a",), "k", refresh_ttl=False) is not None
    clock.seconds += 50

    assert store.get(("a",), "k") is None
    assert store.sweep_ttl() == 1


def test_a_filter_key_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Invalid filter key"):
        opened(tmp_path, Clock()).search(("a",), filter={"x' OR 1": 1})


@pytest.mark.anyio
async def test_it_works_from_an_event_loop(tmp_path: Path) -> None:
    store = opened(tmp_path, Clock())
    await store.aput(("a",), "k", {"text": "hello"})
    assert (item := await store.aget(("a",), "k")) is not None
    assert item.value == {"text": "hello"}
