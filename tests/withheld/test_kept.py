"""Nothing that failed its check is kept: in memory, in files, in exports, for other assistants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot import Assistant, Settings, SurefootError
from surefoot.agent import RecordingStore
from surefoot.agent.cli.folder import open_rooms  # type: ignore[import-not-found]
from surefoot.events import AnswerCompleted, AnswerDelta, AnswerRetracted, CheckFailed
from surefoot.limits import ReleasePolicy
from surefoot.scope import Scope
from surefoot.tools import mcp_server

from .lying import LIE, LIES, NEVER, clean, files, liar_at

pytest.importorskip("mcp")
pytestmark = pytest.mark.anyio

WHO = Scope(thread_id="lie", user="ann")


async def asked(liar: Assistant, question: str) -> str:
    """Return everything that a program is told of a question."""
    told, thread = list[str](), question.replace(" ", "-")
    try:
        answer = await liar.ask(question, thread=thread, user="ann")
        told.append(repr(answer))
    except SurefootError as error:
        told.append(repr(error))
    async for event in liar.stream(question, thread=f"{thread}-again", user="ann"):
        told.append(event.model_dump_json())
    return "\n".join(told)


async def gathered(lines: AsyncIterator[object]) -> str:
    return "\n".join([json.dumps(line) async for line in lines])


async def test_what_failed_its_check_is_in_no_file_but_the_recording(tmp_path: Path) -> None:
    async with liar_at(tmp_path, record=False) as liar:
        for question in LIES:
            clean((await asked(liar, question)).encode())
        await liar.drain()
        memory = liar.rooms.own_memory()
        await memory.remember("Ann likes islands.", WHO)
        for turn in ("kestrel 4711093867", "It is 3"):
            found = await memory.search(turn, WHO, limit=50)
            recalled = await memory.recall(turn, WHO)
            assert recalled.turns
            clean(f"{found} {recalled}".encode())
        told = clean((await gathered(liar.export("ann"))).encode())
        assert told.count(b'"kind": "turn"') >= len(LIES)
    kept = files(tmp_path)
    assert {"surefoot.db", "memory.sqlite", "chroma.sqlite3"} <= kept.keys()
    for content in kept.values():
        assert [word for word in NEVER if word in content] == []


async def test_the_recording_has_it_and_is_read_by_whoever_may(tmp_path: Path) -> None:
    async with liar_at(tmp_path) as liar:
        answer = await liar.ask("lie", thread="t", user="ann")
        assert liar.home.database is not None
        entries = await RecordingStore(liar.home.database).read(answer.run_id)
    assert "kestrel" in "".join(entry.written() for entry in entries)


@pytest.mark.parametrize("release", ["label", "retract"])
async def test_what_was_said_and_failed_is_labelled_or_taken_back(
    tmp_path: Path, release: ReleasePolicy
) -> None:
    async with liar_at(tmp_path, release=release) as liar:
        answer = await liar.ask("lie", thread="lie", user="ann")
        events = await liar.events("lie")
        recalled = await liar.rooms.own_memory().recall("kestrel", WHO)
    said = "".join(event.text for event in events if isinstance(event, AnswerDelta))
    failed = {event.claim_id for event in events if isinstance(event, CheckFailed)}
    taken = {f"c{event.sentence}" for event in events if isinstance(event, AnswerRetracted)}
    (done,) = [event.text for event in events if isinstance(event, AnswerCompleted)]
    assert LIE in said and failed and answer.verdicts
    assert recalled.turns[-1].answer == done == answer.text
    if release == "label":
        assert LIE in done and "Let me see" not in done
        assert taken == {"c0"}, "only what was said beside the plan"
    else:
        assert taken >= failed
        assert "It is 3 [S1]." in done and "I left out" in done
        clean(f"{answer} {recalled}".encode())


TOLD_BY_TOOL = {"recall": {"query": "kestrel 4711093867"}, "forget_memory": {"about": "kestrel"}}
CHANGES = {"remember", "correct_memory", "run_code", "run_script"}
"""Tools that keep or compute what they are given."""


async def test_other_assistants_are_not_told_over_mcp(tmp_path: Path) -> None:
    from mcp.client.client import Client

    async with liar_at(tmp_path) as liar:
        for question in LIES:
            await asked(liar, question)
        await liar.drain()
    settings = Settings(data_dir=tmp_path)
    logged: list[str] = []

    async def log(params: object) -> None:
        logged.append(repr(params))

    async def heard(message: object) -> None:
        logged.append(repr(message))

    async with open_rooms(settings) as rooms:
        own = await rooms.own_tools()
        server = mcp_server(own, side_effects=True, scope=lambda: WHO)
        async with Client(server, logging_callback=log, message_handler=heard) as client:
            listed = await client.list_tools()
            names = {tool.name for tool in listed.tools}
            assert names - CHANGES <= TOLD_BY_TOOL.keys()
            told = [repr(listed)]
            for name in names & TOLD_BY_TOOL.keys():
                told.append(repr(await client.call_tool(name, TOLD_BY_TOOL[name])))
    said = "\n".join([*told, *logged]).replace("'kestrel", "")
    clean(said.encode())
