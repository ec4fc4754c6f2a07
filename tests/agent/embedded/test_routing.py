"""Each part of a question goes to the tool that can answer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Conversation


@pytest.mark.parametrize(
    ("question", "tool", "args"),
    [
        ("What is 15% of 2480?", "run_code", {"code": "15 / 100 * 2480"}),
        (
            "Remember that my favourite colour is green",
            "remember",
            {"fact": "The user's favourite colour is green."},
        ),
        ("I live in Lisbon", "remember", {"fact": "The user lives in Lisbon."}),
        (
            "My name is Priya, keep that in mind",
            "remember",
            {"fact": "The user's name is Priya."},
        ),
        ("What is my favourite colour?", "recall", {"query": "What is my favourite colour?"}),
        ("What do you know about me?", "recall", {"query": "What do you know about me?"}),
        ("What is the EUR to USD rate?", "fx_rate", {"base": "EUR", "quote": "USD"}),
        ("What's the weather in New York?", "get_weather", {"city": "New York"}),
    ],
)
def test_rules_and_names_decide_without_sentence_vectors(
    penguins: Conversation, question: str, tool: str, args: dict[str, Any]
) -> None:
    penguins.ask(question)
    assert penguins.rounds == [[(tool, args)]]


@pytest.mark.parametrize(
    "question",
    ["What is the exchange rate of EUR?", "What is the weather like?", "Convert 5 EUR to feet"],
)
def test_a_foreign_tool_is_not_called_with_an_argument_missing(
    reading: Conversation, question: str
) -> None:
    reading.ask(question)
    assert not {"fx_rate", "get_weather"} & set(reading.calls)


def test_a_foreign_tool_is_not_called_for_another_question(reading: Conversation) -> None:
    reading.ask("Who is the mayor of Paris?")
    assert "get_weather" not in reading.calls


@pytest.mark.parametrize(
    "question",
    [
        "What does exit code 3 mean?",
        "How does the release policy work?",
        "Explain the backups",
        "Where is the retry logic described?",
        "What happens when a run is cancelled?",
    ],
)
def test_what_no_table_knows_is_looked_for_in_the_documents(
    reading: Conversation, question: str
) -> None:
    reading.ask(question)
    assert reading.calls == ["search_documents"]


def test_nothing_is_called_that_is_not_bound(converse: Callable[..., Conversation]) -> None:
    talk = converse("penguins", "remember", "recall", "run_code", "search_documents", "fx_rate")
    for question in (
        "Remember that I like tea",
        "What is my favourite colour?",
        "What is 15% of 80?",
        "What is the EUR to USD rate?",
    ):
        talk.ask(question)
        assert talk.calls == []


def test_a_part_between_quotes_is_not_cut(penguins: Conversation) -> None:
    penguins.ask("How many letters are in 'this and what else'?")
    assert penguins.calls == ["run_code"]


def test_a_remark_before_a_question_is_not_kept(penguins: Conversation) -> None:
    penguins.ask("I am new here. How many penguins are there?")
    assert penguins.calls == ["run_sql"]
