"""Prompts: versioned, whole, and the same at their beginning."""

from __future__ import annotations

import hashlib

import pytest

from surefoot import ConfigurationError
from surefoot.agent import PromptTemplate, assistant_prompt, template

WORDS = {"assistant/1": "6ea1fa9e8c0b192e"}
"""When the words of a template change, its version must too; then its hash goes in here."""


def test_words_do_not_change_without_their_version() -> None:
    one = template("assistant")
    assert WORDS[one.version] == hashlib.sha256(one.words.encode()).hexdigest()[:16]


def test_what_is_filled_in_comes_last_so_that_the_beginning_stays_the_same() -> None:
    plain, more = assistant_prompt().text, assistant_prompt("Speak of ships.").text
    assert more.startswith(plain.rstrip())
    assert more.rstrip().endswith("Speak of ships.")


def test_a_place_without_a_value_is_told() -> None:
    with pytest.raises(ConfigurationError):
        PromptTemplate(version="x/1", words="Hello $who").filled()
