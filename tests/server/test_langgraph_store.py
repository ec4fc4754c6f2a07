"""LangGraph's own client, unchanged, keeps items in our store; each person sees only their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import APIStatusError

from surefoot.server import KeyFile

from .conftest import Live, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(server: Live) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url, api_key=None) as made:
        yield made


async def test_an_item_is_kept_changed_and_deleted(client: LangGraphClient) -> None:
    place = ["kept", "changed"]
    await client.store.put_item(place, key="one", value={"text": "first", "n": 1})
    first = await client.store.get_item(place, key="one")
    await client.store.put_item(place, key="one", value={"text": "second"}, index=False, ttl=60)
    second = await client.store.get_item(place, key="one", refresh_ttl=True)
    assert (first["namespace"], first["key"]) == (place, "one")
    assert first["value"] == {"text": "first", "n": 1} and second["value"] == {"text": "second"}
    assert first["created_at"] == second["created_at"] < second["updated_at"]
    await client.store.delete_item(place, key="one")
    await client.store.delete_item(place, key="one")
    assert await client.store.get_item(place, key="one") is None


async def test_items_are_found_by_what_they_hold_and_by_meaning(client: LangGraphClient) -> None:
    for key, text, n in [("a", "She keeps two cats", 1), ("b", "Her bank is in Oslo", 2)]:
        await client.store.put_item(["found", "ann"], key=key, value={"text": text, "n": n})
    few = await client.store.search_items(["found"], filter={"n": {"$gt": 1}})
    near = await client.store.search_items(["found", "ann"], query="pets at home", limit=1)
    rest = await client.store.search_items(["found"], limit=5, offset=1)
    assert [item["key"] for item in few["items"]] == ["b"]
    assert [item["key"] for item in near["items"]] == ["a"]
    score = near["items"][0]["score"]
    assert score is not None and score > 0
    assert [item["key"] for item in rest["items"]] == ["b"]


async def test_namespaces_are_listed_by_their_ends_and_depth(client: LangGraphClient) -> None:
    for end in ("x", "y"):
        await client.store.put_item(["listed", "deep", end], key="k", value={})
    listed = client.store.list_namespaces
    every = [["listed", "deep", "x"], ["listed", "deep", "y"]]
    assert (await listed(prefix=["listed"]))["namespaces"] == every
    assert (await listed(prefix=["listed"], suffix=["y"]))["namespaces"] == every[1:]
    assert (await listed(prefix=["listed"], max_depth=2))["namespaces"] == [["listed", "deep"]]
    assert (await listed(prefix=["listed"], limit=1, offset=1))["namespaces"] == every[1:]


@pytest.mark.parametrize(
    "body",
    [
        {"namespace": [], "key": "k", "value": {}},
        {"namespace": ["a.b"], "key": "k", "value": {}},
        {"namespace": ["langgraph"], "key": "k", "value": {}},
        {"namespace": ["a"] * 17, "key": "k", "value": {}},
        {"namespace": ["a"], "key": "k" * 501, "value": {}},
        {"namespace": ["a"], "key": "k", "value": {"text": "x" * 100_000}},
        {"namespace": ["a"], "key": "k", "value": {}, "ttl": 0},
        {"namespace": ["a"], "key": "k", "value": {}, "index": ["x"] * 17},
        {"namespace": ["a"], "key": "k", "value": {"x": ["y"] * 65}, "index": ["x[*]"]},
    ],
)
async def test_what_is_too_much_or_no_item_is_refused(
    http: httpx.AsyncClient, body: dict[str, object]
) -> None:
    assert (await http.put("/store/items", json=body)).status_code == 422


@pytest.mark.parametrize("value", ["NaN", r'"\ud800"'])
async def test_a_value_that_no_answer_could_hold_is_refused(
    http: httpx.AsyncClient, value: str
) -> None:
    body = f'{{"namespace": ["a"], "key": "k", "value": {{"x": {value}}}}}'
    assert (await http.put("/store/items", content=body)).status_code == 422


async def test_a_filter_that_means_nothing_is_refused(client: LangGraphClient) -> None:
    with pytest.raises(APIStatusError, match="filter operator"):
        await client.store.search_items(["found"], filter={"n": {"$near": 1}})


async def test_nobody_reaches_anothers_items_and_they_outlive_the_server(tmp_path: Path) -> None:
    book = KeyFile(tmp_path / "keys.json")
    keys = {
        "ann": book.make("ann", user="ann"),
        "bob": book.make("bob", user="bob"),
        "stranger": book.make("stranger", tenant="other", user="ann"),
        "service": book.make("service"),
        "reader": book.make("reader", user="ann", permissions=frozenset({"runs"})),
    }
    place = ["notes"]
    with running(tmp_path, drain_seconds=0.1) as live:
        async with get_client(url=live.url, api_key=keys["ann"]) as ann:
            await ann.store.put_item(place, key="k", value={"of": "ann"})
        for who in ("bob", "stranger"):
            async with get_client(url=live.url, api_key=keys[who]) as other:
                assert await other.store.get_item(place, key="k") is None
                assert (await other.store.search_items([]))["items"] == []
                assert (await other.store.search_items([], query="ann"))["items"] == []
                assert (await other.store.list_namespaces())["namespaces"] == []
                await other.store.delete_item(place, key="k")
                await other.store.put_item(place, key="k", value={"of": who})
        for who, status in [("service", 422), ("reader", 403)]:
            async with get_client(url=live.url, api_key=keys[who]) as refused:
                with pytest.raises(APIStatusError) as error:
                    await refused.store.get_item(place, key="k")
                assert error.value.status_code == status
    with running(tmp_path, drain_seconds=0.1) as live:
        acting = {"X-Surefoot-User": "ann"}
        async with get_client(url=live.url, api_key=keys["service"], headers=acting) as service:
            found = await service.store.get_item(place, key="k")
            assert found["value"] == {"of": "ann"}
