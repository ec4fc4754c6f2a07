"""What a person wants corrected or forgotten, as the embedded planner understands it."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from surefoot.agent import EmbeddedPlanner

from .conftest import definition

DOG = "My dog is called Max"
ISLAND = "Which island is largest?"
Call = tuple[str, dict[str, str]]


def called(planner: EmbeddedPlanner, *said: str) -> list[Call]:
    """Return the calls that the last of several messages leads to."""
    text = {"type": "string"}
    tools = [
        definition("remember", "Keep a fact.", fact=text),
        definition("forget_memory", "Forget.", about=text),
        definition("correct_memory", "Put right.", about=text, fact=text),
    ]
    messages = [m for each in said[:-1] for m in (HumanMessage(each), AIMessage("Yes."))]
    made = planner.bind_tools(tools).invoke([*messages, HumanMessage(said[-1])])
    return [(call["name"], call["args"]) for call in made.tool_calls]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Forget that I live in Oslo.", "I live in Oslo"),
        ("Please forget what I told you about my zeppelins", "my zeppelins"),
        ("Can you forget my favourite colour?", "my favourite colour"),
        ("Delete everything you know about the house from your memory", "the house"),
        ("Forget that.", "The user's dog is called Max."),
        ("forget what I just said", "The user's dog is called Max."),
        ("Yes, forget everything.", "everything"),
    ],
)
def test_what_is_to_be_forgotten(planner: EmbeddedPlanner, text: str, about: str) -> None:
    assert called(planner, DOG, ISLAND, text) == [("forget_memory", {"about": about})]


@pytest.mark.parametrize(
    "text",
    [
        "Forget everything you know about me!",
        "Delete the third row",
        "Which passengers forget their luggage?",
    ],
)
def test_nothing_is_forgotten_unasked(planner: EmbeddedPlanner, text: str) -> None:
    assert called(planner, DOG, text) == []


def test_nothing_is_guessed_when_nothing_was_said(planner: EmbeddedPlanner) -> None:
    assert called(planner, ISLAND, "Forget that") == []


def test_not_to_forget_is_to_remember(planner: EmbeddedPlanner) -> None:
    fact = "The user lives in Oslo."
    assert called(planner, "Don't forget that I live in Oslo") == [("remember", {"fact": fact})]


MAX = "The user's dog is called Max."


@pytest.mark.parametrize(
    ("said", "about", "fact"),
    [
        ((DOG, "No, it's Rex."), MAX, "The user's dog is called Rex."),
        ((DOG, "Hello", "Correct that to Rex"), MAX, "The user's dog is called Rex."),
        ((DOG, "That's wrong, my dog is called Bo."), MAX, "The user's dog is called Bo."),
        ((DOG, "Where do I live?", "No, it's Rome"), "i live in", "The user lives in Rome."),
        (("Correct my dentist to Dr Vik",), "my dentist", "The user's dentist is Dr Vik."),
    ],
)
def test_what_is_put_right(
    planner: EmbeddedPlanner, said: tuple[str, ...], about: str, fact: str
) -> None:
    assert called(planner, *said) == [("correct_memory", {"about": about, "fact": fact})]


@pytest.mark.parametrize(
    "text", ["No, thanks", "Is that wrong?", "Correct the spelling of this: helo"]
)
def test_what_puts_nothing_right(planner: EmbeddedPlanner, text: str) -> None:
    assert called(planner, DOG, text) == []
