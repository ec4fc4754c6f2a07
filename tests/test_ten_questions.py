"""The embedded default answers the ten printed questions right, from the files as they are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot import Assistant, Settings

EXAMPLES = Path(__file__).parent.parent / "examples"
PRINTED: list[tuple[str, str]] = re.findall(
    r"^\| \d+ \| (.*?) \| (.*?) \|", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.M
)


@pytest.fixture(scope="module")
async def assistant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Assistant]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("ten") / "data", model="embedded")
    async with Assistant(settings=settings) as assistant:
        await assistant.rooms.ingest([EXAMPLES / "workspace"])
        yield assistant


@pytest.mark.anyio
@pytest.mark.parametrize(("question", "truth"), PRINTED, ids=[line[0] for line in PRINTED])
async def test_a_printed_question_gets_its_printed_answer(
    assistant: Assistant, question: str, truth: str
) -> None:
    answer = await assistant.ask(question)
    assert [fact for fact in facts_in(truth) if fact not in answer.text.replace("%", " %")] == []
    assert answer.reason == "answered"
    assert answer.citations
    assert not any(verdict.failed for verdict in answer.verdicts)
    known = {item.id for item in answer.evidence}
    assert {citation.evidence_id for citation in answer.citations} <= known


@pytest.mark.anyio
async def test_what_the_data_cannot_tell_is_said_to_be_unknown(assistant: Assistant) -> None:
    answer = await assistant.ask("What is the phone number of Palmer Station?")
    assert "I cannot answer that" in answer.text
    assert not re.search(r"\d{3}", answer.text)


def facts_in(truth: str) -> list[str]:
    """Return the names and figures that the answer must hold: what `;`, `,` and words join."""
    parts = re.split(r"; |, with |, (?=[A-Z])| and (?=[A-Z])", truth)
    return [fact for part in parts for fact in re.split(r"(?<=[a-z]) (?=\d+$)", part)]
