"""The WebSocket, as a program that talks to it sees it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from dirty_equals import IsPartialDict, IsStr
from pydantic import JsonValue
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .conftest import PATIENCE, Live

pytestmark = pytest.mark.anyio

Frame = dict[str, JsonValue]


@asynccontextmanager
async def talk(server: Live, thread: str, query: str = "") -> AsyncIterator[ClientConnection]:
    """Open a socket to a thread."""
    async with connect(f"{server.ws}/v1/threads/{thread}/ws{query}", compression=None) as socket:
        yield socket


async def say(socket: ClientConnection, **frame: JsonValue) -> None:
    await socket.send(json.dumps(frame))


async def hear(socket: ClientConnection) -> Frame:
    async with asyncio.timeout(PATIENCE):
        frame: Frame = json.loads(await socket.recv())
        return frame


async def hear_until(socket: ClientConnection, kind: str) -> list[Frame]:
    """Return the frames up to the first of a type."""
    heard = [await hear(socket)]
    while heard[-1]["type"] != kind:
        heard.append(await hear(socket))
    return heard


async def closing(socket: ClientConnection) -> tuple[int, str]:
    """Return how the server closes."""
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code, closed.rcvd.reason


async def test_a_message_is_acknowledged_and_its_run_told_in_order(server: Live) -> None:
    async with talk(server, "ws-1") as socket:
        await say(socket, type="message", text="add 1 2", id="m1")
        heard = await hear_until(socket, "run.completed")
    assert heard[0] == {"type": "ack", "id": "m1", "run_id": IsStr()}
    assert [frame["seq"] for frame in heard[1:]] == list(range(1, len(heard)))
    answers = [frame["text"] for frame in heard if frame["type"] == "answer.completed"]
    assert answers == ["It gave 3 [S1]."]


async def test_a_message_sent_again_is_acknowledged_as_the_same_run(server: Live) -> None:
    async with talk(server, "ws-2") as socket:
        await say(socket, type="message", text="add 1 2", id="m1")
        first = await hear_until(socket, "run.completed")
        await say(socket, type="message", text="add 1 2", id="m1")
        assert await hear(socket) == first[0]


async def test_two_sockets_on_a_thread_hear_the_same(server: Live) -> None:
    async with talk(server, "ws-3", "?after=0") as one, talk(server, "ws-3", "?after=0") as two:
        await say(one, type="message", text="tell 3")
        heard = await hear_until(one, "run.completed")
        assert await hear_until(two, "run.completed") == heard[1:]


async def test_a_client_that_comes_back_hears_exactly_what_it_missed(server: Live) -> None:
    async with talk(server, "ws-4") as socket:
        await say(socket, type="message", text="tell 2")
        whole = (await hear_until(socket, "run.completed"))[1:]
        await say(socket, type="resume", after=4)
        assert await hear_until(socket, "run.completed") == whole[4:]
    async with talk(server, "ws-4", "?after=7") as socket:
        assert await hear_until(socket, "run.completed") == whole[7:]


async def test_a_cursor_ahead_of_the_thread_is_told_and_events_go_on(server: Live) -> None:
    async with talk(server, "ws-5") as socket:
        await say(socket, type="message", text="add 1 2")
        last = (await hear_until(socket, "run.completed"))[-1]["seq"]
        await say(socket, type="resume", after=1000)
        assert await hear(socket) == IsPartialDict(type="snapshot", reason="ahead", seq=last)
        await say(socket, type="message", text="add 1 2")
        assert (await hear_until(socket, "run.started"))[-1]["seq"] == int(str(last)) + 1


async def test_a_person_decides_on_a_call_and_stops_a_run(server: Live) -> None:
    async with talk(server, "ws-6") as socket:
        await say(socket, type="message", text="pay 10")
        asked = (await hear_until(socket, "approval.requested"))[-1]
        await say(socket, type="approve", call_id=asked["call_id"], decision="approve")
        answer = (await hear_until(socket, "answer.completed"))[-1]
        assert answer["text"] == "It gave 10 paid [S1]."
        await hear_until(socket, "run.completed")
        await say(socket, type="message", text="wait")
        started = (await hear_until(socket, "step.started"))[-1]
        await say(socket, type="cancel", run_id=started["run_id"])
        assert (await hear_until(socket, "run.cancelled"))[-1]["run_id"] == started["run_id"]


async def test_mistakes_are_answered_and_the_conversation_goes_on(server: Live) -> None:
    async with talk(server, "ws-7") as socket:
        mistakes: list[tuple[str | bytes, str]] = [
            ("{", "bad_json"),
            ("[]", "bad_frame"),
            ('{"type": "dance"}', "bad_frame"),
            ('{"type": "message", "text": ""}', "bad_frame"),
            ('{"type": "resume", "after": -1}', "bad_frame"),
            ('{"type": "cancel", "run_id": "none"}', "not_found"),
            ('{"type": "approve", "call_id": "c", "decision": "approve"}', "not_found"),
            (b"\x00\x01", "not_text"),
        ]
        for raw, code in mistakes:
            await socket.send(raw)
            assert await hear(socket) == IsPartialDict(type="error", code=code, message=IsStr())
        await say(socket, type="ping", id="p")
        assert await hear(socket) == {"type": "pong", "id": "p"}


async def test_a_flood_is_cut_off_and_others_are_served(
    server: Live, http: httpx.AsyncClient
) -> None:
    async with talk(server, "ws-8") as flood, talk(server, "ws-9") as other:
        code = asyncio.create_task(closing(flood))
        with suppress(ConnectionClosed):
            while not code.done():
                await say(flood, type="ping")
                await asyncio.sleep(0)  # `send` alone may never let what comes be read.
        await say(other, type="message", text="add 1 2")
        await hear_until(other, "run.completed")
        assert (await code)[0] == 4429
    assert (await http.get("/healthz")).status_code == 200


async def test_a_huge_frame_closes_its_socket_only(server: Live) -> None:
    async with talk(server, "ws-10") as socket, talk(server, "ws-10") as other:
        # Its head alone, as the server closes before the rest of it could be sent.
        socket.transport.write(b"\x81\xff" + (2_000_000).to_bytes(8) + b"mask")
        assert (await closing(socket))[0] == 1009
        await say(other, type="ping")
        assert (await hear(other))["type"] == "pong"


async def test_a_deleted_thread_is_closed_to_its_readers(
    server: Live, http: httpx.AsyncClient
) -> None:
    async with talk(server, "ws-11") as socket:
        await say(socket, type="message", text="add 1 2")
        await hear_until(socket, "run.completed")
        await http.delete("/v1/threads/ws-11")
        assert (await closing(socket))[0] == 4404


async def test_what_is_no_thread_id_or_cursor_is_refused_with_its_status(server: Live) -> None:
    for thread, query in [("a%20b", ""), ("ws-12", "?after=x")]:
        async with talk(server, thread, query) as socket:
            assert (await closing(socket))[0] == 4422


async def test_a_ticket_opens_one_socket_once(server: Live, http: httpx.AsyncClient) -> None:
    ticket = (await http.post("/v1/tickets")).json()["ticket"]
    url = f"{server.ws}/v1/threads/ws-13/ws"
    offered = [Subprotocol("surefoot"), Subprotocol(f"ticket.{ticket}")]
    async with connect(url, subprotocols=offered) as socket:
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"
        assert socket.subprotocol == "surefoot"
    async with connect(url, subprotocols=offered) as socket:
        assert (await closing(socket))[0] == 4401


async def test_pages_of_other_origins_may_not_open_a_socket(server: Live) -> None:
    url = f"{server.ws}/v1/threads/ws-14/ws"
    async with connect(url, origin="https://evil.example") as socket:  # type: ignore[arg-type]
        assert (await closing(socket))[0] == 4403
    async with connect(url, origin=server.url) as socket:  # type: ignore[arg-type]
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"


async def test_a_message_may_show_a_picture(server: Live) -> None:
    picture: JsonValue = {"media_type": "image/gif", "data": "R0lGODlh"}
    async with talk(server, "ws-picture") as socket:
        await say(socket, type="message", text="add 1 2", id="m1", images=[picture])
        heard = await hear_until(socket, "run.completed")
    assert heard[1] == IsPartialDict(type="run.started", images=["image/gif"])
