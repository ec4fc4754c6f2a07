"""ChromaStore keeps LangGraph's store contract."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding
from langgraph.store.base import (
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchOp,
)
from langgraph.store.memory import InMemoryStore

from surefoot.errors import ConfigurationError
from surefoot.memory import AsyncChromaStore, ChromaStore, LangChainEmbedder, MiniLM, item_id

from .conftest import client_of


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def opened(folder: Path, clock: Clock) -> ChromaStore:
    client = client_of(folder)
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


@pytest.mark.anyio
async def test_what_an_event_loop_does_at_once_goes_into_one_batch(tmp_path: Path) -> None:
    store = AsyncChromaStore(opened(tmp_path, Clock()))
    async with anyio.create_task_group() as tasks:
        for n in range(20):
            tasks.start_soon(store.aput, ("a",), str(n), {"text": f"number {n}"})

    assert len(await store.asearch(("a",), limit=50)) == 20
    with pytest.raises(asyncio.InvalidStateError):
        store.get(("a",), "1")


def test_vectors_of_another_model_are_refused_until_they_are_made_again(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    ChromaStore(client, embedder=MiniLM()).put(("a",), "k", {"text": "two cats"})
    other = LangChainEmbedder(DeterministicFakeEmbedding(size=8), name="fake", dimension=8)
    store = ChromaStore(client, embedder=other)

    with pytest.raises(ConfigurationError, match="made by 'all-MiniLM-L6-v2-int8'"):
        store.search(("a",), query="pets")
    store.reembed()

    [found] = store.search(("a",), query="pets")
    assert found.score is not None
    with pytest.raises(ConfigurationError):
        ChromaStore(client, embedder=MiniLM()).put(("a",), "l", {"text": "a dog"})


def test_what_a_crash_left_of_a_put_is_not_found(tmp_path: Path) -> None:
    """Vectors go first; until the item stands there too, the older one is what counts."""
    client = client_of(tmp_path)
    store = ChromaStore(client, embedder=MiniLM(), fields=["text"])
    store.put(("a",), "k", {"text": "The meeting is on Monday."})
    rows = client.get_collection("surefoot-vectors", embedding_function=None)
    [about] = rows.get(include=["metadatas"])["metadatas"] or []
    rows.add(
        ids=["left over"],
        embeddings=MiniLM().embed(["a kitten"]),
        metadatas=[{**about, "version": "never written"}],
    )

    [found] = store.search(("a",), query="a kitten")

    assert found.value == {"text": "The meeting is on Monday."}
    assert found.score is not None and found.score < 0.5


def test_an_item_with_more_inside_than_is_labelled_is_found_by_any_of_it(tmp_path: Path) -> None:
    store = opened(tmp_path, Clock())
    store.put(("a",), "many", {f"k{n}": n for n in range(200)}, index=False)
    store.put(("a",), "endless", {"k150": float("inf")}, index=False)
    store.put(("a",), "nested", {"deep": {"er": {"k": "v" * 10, "long": "w" * 999}}}, index=False)

    def keys(**wanted: object) -> list[str]:
        return [item.key for item in store.search(("a",), filter=wanted)]

    assert keys(k150=150) == ["many"]
    assert keys(k150={"$gt": 100}) == ["many", "endless"]
    assert keys(deep={"er": {"k": "v" * 10}}) == ["nested"]
    assert [i.key for i in store.search((), filter={"deep.er.long": "w" * 999})] == ["nested"]
    with pytest.raises(ValueError, match="Unknown filter operator"):
        keys(k150={"$like": "1"})


def test_a_value_that_changes_is_no_longer_found_by_what_it_was(tmp_path: Path) -> None:
    store = opened(tmp_path, Clock())
    store.put(("a",), "k", {"text": "x", "colour": "red", "n": 1}, ttl=1)
    store.put(("a",), "k", {"text": "x", "size": 2}, ttl=None)

    assert store.search(("a",), filter={"colour": "red"}) == []
    assert store.search(("a",), filter={"n": {"$lt": 9}}) == []
    assert len(store.search(("a",), filter={"size": 2})) == 1
    assert store.sweep_ttl() == 0


_NAMESPACES = st.lists(st.sampled_from(["a", "b", "*", "a.b"]), min_size=1, max_size=3).map(tuple)
_VALUES = st.dictionaries(
    st.sampled_from(["n", "text", "deep"]),
    st.one_of(
        st.integers(-2, 2),
        st.booleans(),
        st.sampled_from(["", "1", "x"]),
        st.dictionaries(st.just("n"), st.integers(0, 1)),
    ),
)
_FILTERS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"n": 1}, {"n": {"$ne": 1}}, {"text": "1"}, {"deep.n": 1}, {"deep": {"n": 0}}]
)
_PLACES = st.sampled_from(["prefix", "suffix"])
_ITEMS: st.SearchStrategy[Op] = st.one_of(
    st.tuples(_NAMESPACES, st.sampled_from("kl"), st.none() | _VALUES).map(lambda a: PutOp(*a)),
    st.tuples(_NAMESPACES, st.sampled_from("kl")).map(lambda a: GetOp(*a)),
    st.tuples(st.just(()) | _NAMESPACES, _FILTERS, st.just(100)).map(lambda a: SearchOp(*a)),
)
_LISTINGS: st.SearchStrategy[Op] = st.tuples(
    st.lists(st.builds(MatchCondition, _PLACES, _NAMESPACES), max_size=2).map(tuple),
    st.none() | st.integers(1, 3),
    st.just(100),
).map(lambda a: ListNamespacesOp(*a))
_BATCHES = st.lists(_ITEMS, max_size=6) | st.lists(_LISTINGS, max_size=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chroma")


@given(st.lists(_BATCHES, max_size=4))
def test_it_answers_as_langgraphs_own_store_does(folder: Path, batches: list[list[Op]]) -> None:
    ours, theirs = ChromaStore(client_of(folder), name=f"s{uuid4().hex}"), InMemoryStore()
    for batch in batches:
        for mine, expected in zip(ours.batch(batch), theirs.batch(batch), strict=True):
            assert told(mine) == told(expected)
        for space in [space for space, items in theirs._data.items() if not items]:
            del theirs._data[space]  # it goes on listing namespaces that are empty


def told(result: Result) -> object:
    """Return what a store answers, without the times at which it was kept."""
    if not isinstance(result, list):
        return None if result is None else (result.namespace, result.key, result.value)
    return sorted(
        ((each.namespace, each.key, each.value) if isinstance(each, Item) else each)
        for each in result
    )


def test_a_rewriting_that_a_crash_broke_off_leaves_all_items(tmp_path: Path) -> None:
    store = opened(tmp_path, Clock())
    for key in ("1", "2"):
        store.put(("a",), key, {"text": f"number {key}"})
    client = client_of(tmp_path)
    client.create_collection("surefoot-items-next", embedding_function=None)
    [one, _] = opened(tmp_path, Clock()).everything()
    assert one.key == "1", "what was not finished does not count"

    opened(tmp_path, Clock()).rewrite_without([item_id(("a",), "1")])
    client.get_collection("surefoot-items").modify(name="surefoot-items-next")
    renewed = opened(tmp_path, Clock())
    assert [item.key for item in renewed.everything()] == ["2"], "what was finished does"
    assert [item.key for item in renewed.search(("a",), query="number")] == ["2"]
    assert renewed.list_namespaces() == [("a",)]
