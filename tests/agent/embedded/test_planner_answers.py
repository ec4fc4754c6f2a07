"""Answers restate the question and cite what they stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from langchain_core.messages import HumanMessage

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Conversation


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many penguins are there?", "There are 97 penguins [S1]."),
        (
            "How many Adelie penguins live on Dream island?",
            "20 Adelie penguins live on Dream island [S1].",
        ),
        (
            "What is the average body mass of Gentoo penguins?",
            "The average body mass of Gentoo penguins is 4985.42 g [S1].",
        ),
        (
            "Which species has the longest flippers on average?",
            "Gentoo has the longest flippers on average (average flipper length 216 mm) [S1].",
        ),
        (
            "What percentage of the penguins are Chinstrap?",
            "19.59% of the penguins are Chinstrap [S1].",
        ),
        ("How many penguins have no recorded sex?", "8 penguins have no recorded sex [S1]."),
        ("Which island has the most penguins?", "Biscoe has the most penguins, with 48 [S1]."),
        (
            "How heavy is the heaviest Adelie penguin?",
            "The heaviest Adelie penguin is 3950 g heavy [S1].",
        ),
        (
            "Are there any Chinstrap penguins on Biscoe?",
            "No, there are no Chinstrap penguins on Biscoe [S1].",
        ),
        ("Are there any Gentoo penguins?", "Yes, there are 38 Gentoo penguins [S1]."),
        (
            "Average body mass per species",
            "- Adelie: average body mass 3655.13 g [S1].\n"
            "- Chinstrap: average body mass 3695.83 g [S1].\n"
            "- Gentoo: average body mass 4985.42 g [S1].",
        ),
    ],
)
def test_a_question_about_penguins_is_restated_with_its_answer(
    penguins: Conversation, question: str, answer: str
) -> None:
    assert penguins.ask(question) == answer


@pytest.mark.parametrize(
    ("schema", "question", "answer"),
    [
        ("shop", "How many orders did Acme place in 2024?", "Acme placed 9 orders in 2024 [S1]."),
        ("shop", "Which customers are in Spain?", "Initech and Umbrella are in Spain [S1]."),
        (
            "shop",
            "Which customers have never placed an order?",
            "Wayne has never placed an order [S1].",
        ),
        (
            "shop",
            "Who is our newest customer?",
            "Wayne is your newest customer (joined on 2023-09-09) [S1].",
        ),
        ("library", "Who wrote Night Trains?", "Mina Sato wrote Night Trains [S1]."),
        ("library", "When was Tides published?", "Tides was published in 2016 [S1]."),
        (
            "library",
            "How many pages does Small Machines have?",
            "Small Machines has 280 pages [S1].",
        ),
        (
            "library",
            "Which members borrowed a book in 1999?",
            "None was found: no row answers “Which members borrowed a book in 1999” [S1].",
        ),
    ],
)
def test_a_question_is_restated_with_its_answer(
    converse: Callable[..., Conversation], schema: str, question: str, answer: str
) -> None:
    assert converse(schema).ask(question) == answer


def test_names_stand_in_one_sentence(penguins: Conversation) -> None:
    answer = penguins.ask("Which species is not found on Torgersen?")
    assert answer in {
        "Gentoo and Chinstrap are not found on Torgersen [S1].",
        "Chinstrap and Gentoo are not found on Torgersen [S1].",
    }


def test_documents_are_quoted(reading: Conversation) -> None:
    answer = reading.ask("What is the release policy hold?")
    assert answer == (
        "With the release policy `hold`, a sentence leaves only after its check [S2]."
    )
    assert reading.ask("How often are backups taken?") == (
        "Backups are taken every six hours and kept for thirty days [S6]."
    )


def test_a_question_no_passage_answers_is_not_answered(reading: Conversation) -> None:
    answer = reading.ask("Who is the mayor of Hamburg according to the documents?")
    assert answer.startswith("I cannot answer that from the documents and tables here.")
    assert "“mayor”" in answer


def test_a_word_no_table_knows_is_named_with_the_best_guess(reading: Conversation) -> None:
    answer = reading.ask("How many penguins died on Dream island?")
    assert "I could not use the word “died”." in answer
    assert "`SELECT count(*) AS n FROM penguins WHERE island = 'Dream'`" in answer


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Hello!", "Hello."),
        ("Thanks a lot", "You are welcome."),
        ("Who are you?", "I am Surefoot's embedded planner, not a language model."),
        ("Write a poem about penguins", "I cannot answer that from the documents"),
        ("Tell me a joke", "I cannot answer that from the documents"),
    ],
)
def test_it_says_plainly_what_it_is(penguins: Conversation, question: str, begins: str) -> None:
    answer = penguins.ask(question)
    assert penguins.calls == []
    assert answer.startswith(begins)
    if "language model" in answer:
        assert "SUREFOOT_MODEL=provider:model" in answer


def test_general_knowledge_is_not_invented(reading: Conversation) -> None:
    answer = reading.ask("What is the capital of France?")
    assert answer.startswith("I cannot answer that from the documents and tables here.")
    assert "Paris" not in answer


@pytest.mark.parametrize(
    ("follow_up", "answer"),
    [
        ("and for Gentoo?", "The average body mass of Gentoo penguins is 4985.42 g [S2]."),
        ("What about Chinstrap?", "The average body mass of Chinstrap penguins is 3695.83 g [S2]."),
    ],
)
def test_a_follow_up_takes_the_place_of_what_it_changes(
    penguins: Conversation, follow_up: str, answer: str
) -> None:
    penguins.ask("What is the average body mass of Adelie penguins?")
    assert penguins.ask(follow_up) == answer


def test_a_follow_up_may_add_a_condition_and_another_may_change_it(penguins: Conversation) -> None:
    penguins.ask("How many Adelie penguins are there?")
    penguins.ask("and in 2008?")
    [[(_, args)]] = penguins.rounds
    assert args["sql"].endswith("WHERE species = 'Adelie' AND year = 2008")
    penguins.ask("and in 2009?")
    [[(_, args)]] = penguins.rounds
    assert args["sql"].endswith("WHERE species = 'Adelie' AND year = 2009")


def test_recalled_memories_are_used_without_a_call(penguins: Conversation) -> None:
    question = (
        "What is my favourite colour?\n\n<context>\n"
        "[S1] memory · said 2026-11-24T08:00:00Z\nThe user's favourite colour is green.\n\n"
        "[S2] memory · said 2026-11-24T08:00:00Z\nThe user lives in Lisbon.\n</context>"
    )
    assert penguins.ask(question) == "Your favourite colour is green [S1]."
    assert penguins.calls == []


def test_context_is_not_part_of_the_question(penguins: Conversation) -> None:
    question = (
        "How many penguins are there?\n\n<context>\n"
        "[S1] memory · said 2026-11-24T08:00:00Z\nThe user prefers kilometres.\n</context>"
    )
    assert penguins.ask(question) == "There are 97 penguins [S1]."


def test_control_characters_do_no_harm(penguins: Conversation) -> None:
    assert penguins.ask("How many\x00 penguins\x1b are there?").startswith("There are 97")


def test_a_long_text_is_answered_in_time(penguins: Conversation) -> None:
    bound = penguins.planner.bind_tools(penguins.tools)
    answer = bound.invoke([HumanMessage("Write " + "penguins and more penguins " * 4000)])
    assert answer.tool_calls == []
