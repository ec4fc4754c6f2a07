"""Thirty turns in three threads: what is learned, used, changed, put right, and forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot import Answer, Assistant, Settings
from surefoot.evidence import MemorySource
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

TALK: tuple[tuple[str, str, str], ...] = (
    ("first", "Hello", r"Hello"),
    ("first", "I prefer kilometres.", r"I will remember this: The user prefers kilometres \[S"),
    ("first", "My dog is called Max.", r"remember this: The user's dog is called Max \[S"),
    ("first", "I live in Oslo.", r"remember this: The user lives in Oslo \[S"),
    ("first", "I collect zeppelins.", r"remember this: The user collects zeppelins \[S"),
    ("first", "What is 12 * 12?", r"144"),
    ("first", "I work at Acme, what is 7 * 6?", r"^7 \* 6 is 42 \[S\d+\]\.$"),
    ("first", "Which units do I prefer?", r"^You prefer kilometres \[S\d+\]\.$"),
    ("first", "What is my dog called?", r"^Your dog is called Max \[S\d+\]\.$"),
    ("first", "No, it's Rex.", r"remember this: The user's dog is called Rex \[S"),
    ("first", "What is my dog called?", r"^Your dog is called Rex \[S\d+\]\.$"),
    ("second", "Where do I live?", r"^You live in Oslo \[S\d+\]\.$"),
    ("second", "What do you know about me?", r"Rex(?s:.)*Acme|Acme(?s:.)*Rex"),
    ("second", "I moved to Bergen in 2026.", r"remember this: The user moved to Bergen in 2026"),
    ("second", "Where do I live?", r"^You moved to Bergen in 2026 \[S\d+\]\.$"),
    ("second", "Where did I live before?", r"^You lived in Oslo until 2026 \[S\d+\]\.$"),
    ("second", "I prefer miles.", r"remember this: The user prefers miles \[S"),
    ("second", "Which units do I prefer?", r"^You prefer miles \[S\d+\]\.$"),
    ("second", "Which units did I prefer before?", r"^You preferred kilometres until 20\d\d-"),
    ("second", "Where do I work?", r"^You work at Acme \[S\d+\]\.$"),
    ("second", "What do I collect?", r"^You collect zeppelins \[S\d+\]\.$"),
    ("second", "What is 5 + 5?", r"10"),
    ("second", "Thanks", r"welcome"),
    ("third", "What do you remember about my zeppelins?", r"^You collect zeppelins \[S\d+\]\.$"),
    ("third", "Forget what I told you about my zeppelins.", r"1 memory was forgotten"),
    ("third", "What do I collect?", r"^I remember nothing that answers"),
    ("third", "What is my dog called?", r"^Your dog is called Rex \[S\d+\]\.$"),
    ("third", "What do you know about me?", r"miles"),
    ("third", "What is 9 * 9?", r"81"),
    ("third", "Goodbye", r"Goodbye"),
)
HEARD = re.compile(rb"zeppelin", re.IGNORECASE)


@pytest.fixture(scope="module")
async def talked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talked]:
    folder = tmp_path_factory.mktemp("talk") / "data"
    async with Assistant(settings=Settings(data_dir=folder, model="embedded")) as assistant:
        answers = []
        heard = False
        for thread, question, _ in TALK:
            answers.append(await assistant.ask(question, thread=thread, user="anna"))
            await assistant.drain()
            heard = heard or bool(holding(folder))
        assert heard, "what is forgotten must have been on disk before"
        yield Talked(assistant, folder, answers)


class Talked:
    """The conversation as it went."""

    def __init__(self, assistant: Assistant, folder: Path, answers: list[Answer]) -> None:
        self.assistant = assistant
        self.folder = folder
        self.answers = answers


def holding(folder: Path) -> list[str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [file.name for file in files if HEARD.search(file.read_bytes())]


@pytest.mark.parametrize("number", range(len(TALK)), ids=[f"{t}: {q}" for t, q, _ in TALK])
async def test_every_question_gets_the_answer_that_memory_should_give(
    talked: Talked, number: int
) -> None:
    assert re.search(TALK[number][2], talked.answers[number].text)


async def test_answers_from_memory_cite_where_it_was_said(talked: Talked) -> None:
    answer = talked.answers[11]
    [cited] = answer.citations
    [found] = [item for item in answer.evidence if item.id == cited.evidence_id]
    assert isinstance(found.source, MemorySource)
    assert (found.content, found.source.thread_id) == ("The user lives in Oslo.", "first")
    assert found.source.run_id == talked.answers[3].run_id


async def test_what_changed_stays_as_history_and_what_was_wrong_as_wrong(talked: Talked) -> None:
    facts = await talked.assistant.rooms.own_memory().facts(
        Scope(user="anna", thread_id=""), history=True
    )
    told = {re.sub(r"20\d\d-\d\d-\d\d", "…", fact.said): fact for fact in facts}
    assert list(told) == [
        "The user prefers kilometres. (until …)",
        "The user's dog is called Max. (corrected …)",
        "The user lives in Oslo. (until 2026)",
        "The user works at Acme.",
        "The user's dog is called Rex.",
        "The user moved to Bergen in 2026.",
        "The user prefers miles.",
    ]
    assert [fact.superseded_by for fact in facts][:3] == ["fact-8", "fact-6", "fact-7"]
    assert told["The user's dog is called Rex."].uses >= 3


async def test_what_was_forgotten_is_in_no_file_no_collection_and_no_export(
    talked: Talked,
) -> None:
    assert holding(talked.folder) == []
    exported = [json.dumps(each) async for each in talked.assistant.export("anna")]
    assert len(exported) > 50
    assert not [line for line in exported if HEARD.search(line.encode())]


async def test_the_receipt_says_what_was_removed_and_that_nothing_is_left(talked: Talked) -> None:
    [receipt] = talked.assistant.receipts()
    assert receipt.is_whole
    assert (receipt.hits, receipt.residue, receipt.unscanned) == (0, (), ())
    assert (receipt.removed.facts, receipt.removed.runs) == (1, 5)
    assert receipt.removed.events > 50 and receipt.removed.recordings > 50
    assert receipt.files >= 10 and receipt.bytes > 500_000 and receipt.needles > 20
    assert "anna" not in receipt.written()


async def test_a_thread_keeps_its_places_where_runs_were_forgotten(talked: Talked) -> None:
    events = await talked.assistant.events("second")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.type for event in events if event.run_id == talked.answers[20].run_id} == {
        "erased"
    }
    assert await talked.assistant.run(talked.answers[20].run_id) is None
