"""LangGraph's own client, unchanged, talks to the assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypedDict

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import APIStatusError, ConflictError, NotFoundError
from langgraph_sdk.schema import StreamPart

from .conftest import Live

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(server: Live) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url, api_key=None) as made:
        yield made


class Asked(TypedDict):
    messages: list[dict[str, str]]


def asks(text: str) -> Asked:
    return {"messages": [{"role": "user", "content": text}]}


async def test_the_assistant_is_found_and_described(client: LangGraphClient) -> None:
    [found] = await client.assistants.search()
    assert found["graph_id"] == "surefoot"
    assert await client.assistants.get("surefoot") == found
    assert (await client.assistants.get_graph(found["assistant_id"]))["nodes"]
    assert (await client.assistants.get_schemas("surefoot"))["input_schema"]
    with pytest.raises(NotFoundError):
        await client.assistants.get("other")


async def test_a_run_is_waited_for_in_a_thread_and_without_one(client: LangGraphClient) -> None:
    thread = await client.threads.create(metadata={"purpose": "test"})
    done = await client.runs.wait(thread["thread_id"], "surefoot", input=asks("add 1 2"))
    assert isinstance(done, dict)
    assert [m["type"] for m in done["messages"]] == ["human", "ai", "tool", "ai"]
    assert done["messages"][-1]["content"] == "It gave 3 [S1]."
    alone = await client.runs.wait(None, "surefoot", input=asks("add 2 3"))
    assert isinstance(alone, dict) and alone["messages"][-1]["content"] == "It gave 5 [S1]."
    [found] = await client.threads.search(metadata={"purpose": "test"})
    assert found["thread_id"] == thread["thread_id"] and found["status"] == "idle"
    assert found["values"] == done


async def test_a_run_is_streamed_in_the_modes_asked_for(client: LangGraphClient) -> None:
    thread = await client.threads.create()
    parts = [
        part
        async for part in client.runs.stream(
            thread["thread_id"],
            "surefoot",
            input=asks("tell 2"),
            stream_mode=["values", "messages-tuple", "updates"],
        )
    ]
    assert parts[0].event == "metadata" and parts[0].data["run_id"]
    said = [part.data[0]["content"] for part in parts if part.event == "messages"]
    assert "".join(said).strip() == "It gave 1000 [S1]. It gave 1001 [S2]."
    assert {"values", "updates", "messages", "metadata", "end"} == {part.event for part in parts}
    last = [part for part in parts if part.event == "values"][-1]
    state = await client.threads.get_state(thread["thread_id"])
    assert last.data == state["values"]


async def joined(
    client: LangGraphClient, thread: str, run: str, cursor: str, modes: list[str]
) -> list[StreamPart]:
    return [
        part
        async for part in client.runs.join_stream(
            thread,
            run,
            stream_mode=modes,  # type: ignore[arg-type]
            last_event_id=cursor,
        )
        if part.event != "metadata"
    ]


@pytest.mark.parametrize("modes", [["values", "messages-tuple", "custom"], ["messages-tuple"]])
async def test_a_stream_is_taken_up_behind_every_part_without_loss(
    client: LangGraphClient, modes: list[str]
) -> None:
    thread = (await client.threads.create())["thread_id"]
    begun: list[str] = []
    parts = [
        part
        async for part in client.runs.stream(
            thread,
            "surefoot",
            input=asks("tell 2"),
            stream_mode=modes,  # type: ignore[arg-type]
            on_run_created=lambda made: begun.append(made["run_id"]),
        )
    ][1:]
    for cut, part in enumerate(parts[:-1]):
        assert part.id is not None
        assert await joined(client, thread, begun[0], part.id, modes) == parts[cut + 1 :]


async def test_a_run_is_begun_listed_joined_and_looked_up(client: LangGraphClient) -> None:
    thread = (await client.threads.create())["thread_id"]
    run = await client.runs.create(thread, "surefoot", input=asks("add 1 2"))
    ended = await client.runs.join(thread, run["run_id"])
    assert isinstance(ended, dict) and ended["messages"][-1]["content"] == "It gave 3 [S1]."
    assert (await client.runs.get(thread, run["run_id"]))["status"] == "success"
    assert [r["run_id"] for r in await client.runs.list(thread)] == [run["run_id"]]


async def test_history_tells_the_states_newest_first(client: LangGraphClient) -> None:
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "surefoot", input=asks("add 1 2"))
    states = await client.threads.get_history(thread)
    counts = [len(state["values"]["messages"]) for state in states]  # type: ignore[call-overload]
    assert counts == sorted(counts, reverse=True) and counts[-1] == 1
    older = states[1]["checkpoint"]["checkpoint_id"]
    assert older is not None
    assert (await client.threads.get_state(thread, checkpoint_id=older)) == states[1]


async def test_an_interrupted_run_is_resumed_with_edited_arguments(
    client: LangGraphClient,
) -> None:
    thread = (await client.threads.create())["thread_id"]
    waits = await client.runs.wait(thread, "surefoot", input=asks("pay 10"))
    assert isinstance(waits, dict)
    assert waits["__interrupt__"][0]["value"]["args"] == {"amount": 10}
    assert (await client.threads.get(thread))["status"] == "interrupted"
    state = await client.threads.get_state(thread)
    assert state["next"] == ["act"] and state["interrupts"]
    done = await client.runs.wait(
        thread, "surefoot", command={"resume": {"decision": "edit", "args": {"amount": 7}}}
    )
    assert isinstance(done, dict) and done["messages"][-1]["content"] == "It gave 7 paid [S1]."
    assert (await client.threads.get(thread))["status"] == "idle"


async def test_a_run_is_cancelled_and_its_thread_stays_usable(client: LangGraphClient) -> None:
    thread = (await client.threads.create())["thread_id"]
    run = await client.runs.create(thread, "surefoot", input=asks("wait"))
    await client.runs.cancel(thread, run["run_id"], wait=True)
    assert (await client.runs.get(thread, run["run_id"]))["status"] == "interrupted"
    done = await client.runs.wait(thread, "surefoot", input=asks("add 1 2"))
    assert isinstance(done, dict) and done["messages"][-1]["content"] == "It gave 3 [S1]."


async def test_a_busy_thread_refuses_where_asked_to(client: LangGraphClient) -> None:
    thread = (await client.threads.create())["thread_id"]
    await client.runs.create(thread, "surefoot", input=asks("wait"))
    with pytest.raises(ConflictError):
        await client.runs.create(
            thread, "surefoot", input=asks("add 1 2"), multitask_strategy="reject"
        )
    await client.threads.delete(thread)
    with pytest.raises(NotFoundError):
        await client.threads.get(thread)


async def test_a_failed_run_is_an_error(client: LangGraphClient) -> None:
    thread = (await client.threads.create())["thread_id"]
    parts = [p async for p in client.runs.stream(thread, "surefoot", input=asks("fail"))]
    assert "error" in {part.event for part in parts}
    with pytest.raises(Exception, match="provider"):
        await client.runs.wait(thread, "surefoot", input=asks("fail"))


async def test_what_cannot_be_done_is_said(client: LangGraphClient) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await client.runs.wait("unknown", "surefoot", input=asks("add 1 2"))
    thread = (await client.threads.create())["thread_id"]
    with pytest.raises(httpx.HTTPStatusError):
        await client.threads.update_state(thread, {"messages": []})


async def until_running(client: LangGraphClient, thread_id: str, run_id: str) -> None:
    """Wait until a run has called its tool."""
    while "'name': 'wait'" not in str(await client.threads.get_state(thread_id)):
        assert (await client.runs.get(thread_id, run_id))["status"] in ("pending", "running")


@pytest.mark.parametrize("many", [False, True])
async def test_a_run_that_is_rolled_back_has_never_been(
    client: LangGraphClient, many: bool
) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    before = await client.runs.wait(thread_id, "surefoot", input=asks("good morning"))
    run = await client.runs.create(thread_id, "surefoot", input=asks("wait"))
    await until_running(client, thread_id, run["run_id"])
    if many:
        await client.runs.cancel_many(
            thread_id=thread_id, run_ids=[run["run_id"]], action="rollback"
        )
    else:
        await client.runs.cancel(thread_id, run["run_id"], wait=True, action="rollback")
    assert (await client.threads.get_state(thread_id))["values"] == before
    after = await client.runs.wait(thread_id, "surefoot", input=asks("what did I say?"))
    assert isinstance(after, dict)
    assert "wait" not in after["messages"][-1]["content"]


async def test_all_runs_of_a_status_are_stopped_at_once(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    runs = [
        await client.runs.create(
            thread_id, "surefoot", input=asks("wait"), multitask_strategy="enqueue"
        )
        for _ in range(3)
    ]
    await client.runs.cancel_many(thread_id=thread_id, status="pending")
    assert [run["status"] for run in await client.runs.list(thread_id)] == [
        "interrupted",
        "interrupted",
        "running",
    ]
    await client.runs.cancel_many(thread_id=thread_id, status="all")
    ended = [await client.runs.get(thread_id, run["run_id"]) for run in runs]
    assert {run["status"] for run in ended} == {"interrupted"}


async def test_threads_are_pruned_by_erasing_them(client: LangGraphClient) -> None:
    threads = [(await client.threads.create())["thread_id"] for _ in range(2)]
    assert await client.threads.prune(threads, strategy="keep_latest") == {"pruned_count": 2}
    assert await client.threads.prune(threads) == {"pruned_count": 2}
    with pytest.raises(NotFoundError):
        await client.threads.get(threads[0])


async def test_what_is_not_offered_is_refused_in_words(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    with pytest.raises(APIStatusError, match="not copied") as refused:
        await client.threads.copy(thread_id)
    assert refused.value.status_code == 501
    with pytest.raises(APIStatusError, match="scheduler") as refused:
        await client.crons.create("surefoot", schedule="* * * * *", input=asks("good morning"))
    assert refused.value.status_code == 501
