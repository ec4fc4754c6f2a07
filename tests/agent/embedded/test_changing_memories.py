"""What a person wants corrected or forgotten, as the embedded planner understands it."""

from __future__ import annotations

import pytest

from surefoot.agent.models.embedded.changes import Correction, correction, to_forget

DOG = "My dog is called Max"


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Forget that I live in Oslo.", "I live in Oslo"),
        ("Please forget what I told you about my zeppelins", "my zeppelins"),
        ("Can you forget my favourite colour?", "my favourite colour"),
        ("Delete everything you know about the house from your memory", "the house"),
        ("Forget that.", "The user's dog is called Max."),
        ("forget what I just said", "The user's dog is called Max."),
        ("Forget everything you know about me!", "everything"),
        ("Yes, forget everything.", "everything"),
        ("Erase all you remember", "everything"),
        ("Delete the third row", None),
        ("Don't forget that I live in Oslo", None),
        ("Which passengers forget their luggage?", None),
    ],
)
def test_what_is_to_be_forgotten(text: str, about: str | None) -> None:
    assert to_forget(text, [DOG, "Which island is largest?"]) == about


def test_nothing_is_guessed_when_nothing_was_said() -> None:
    assert to_forget("Forget that", ["Which island is largest?"]) == ""


@pytest.mark.parametrize(
    ("text", "about", "fact"),
    [
        ("No, it's Rex.", "The user's dog is called Max.", "The user's dog is called Rex."),
        ("Correct that to Rex", "The user's dog is called Max.", "The user's dog is called Rex."),
        (
            "That's wrong, my dog is called Bo.",
            "The user's dog is called Max.",
            "The user's dog is called Bo.",
        ),
        ("Correct my dentist to Dr Vik", "my dentist", "The user's dentist is Dr Vik."),
    ],
)
def test_what_is_put_right(text: str, about: str, fact: str) -> None:
    assert correction(text, [DOG, "Hello"]) == Correction(about, fact)


@pytest.mark.parametrize(
    "text", ["No, thanks", "Is that wrong?", "Correct the spelling of this: helo", "I live in Oslo"]
)
def test_what_puts_nothing_right(text: str) -> None:
    assert correction(text, [DOG]) is None
