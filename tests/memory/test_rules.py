"""The rules of memory: what a fact is about, what is secret, which words count."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import ToolError
from surefoot.memory import PlainMemory
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

ANNA = Scope(user="anna", thread_id="t1")


async def current(*facts: str) -> list[str]:
    """Return what is current after these facts were remembered one after the other."""
    async with PlainMemory() as memory:
        for fact in facts:
            await memory.remember(fact, ANNA)
        return [fact.text for fact in await memory.facts(ANNA)]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("I live in Oslo.", "I have moved to Paris"),
        ("My name is Anna", "Please call me Ann."),
        ("I work at Acme", "The user works for Globex."),
        ("I'm 41 years old", "I am 42"),
        ("I prefer kilometres", "The user prefers miles"),
        ("Always answer in French", "Please answer in English."),
        ("I like tea", "The user doesn't like tea."),
        ("I love jazz", "I can\u2019t stand jazz"),
        ("I have two cats", "I have three cats"),
        ("The user's birthday is 3 May.", "My birthday is 4 May"),
        ("Remember that my favorite color is red", "my favourite colour is blue"),
        ("Anna's desk is on floor 2", "Anna's desk is on floor 3"),
    ],
)
async def test_a_newer_fact_about_the_same_thing_is_the_one_that_counts(
    older: str, newer: str
) -> None:
    assert await current(older, newer) == [newer]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I like tea", "I like coffee"),
        ("My friend is Ben", "My friend is Cleo"),
        ("I prefer kilometres", "I prefer short answers"),
        ("I have two cats", "I have one dog"),
        ("My name is Anna and I live in Oslo", "I live in Paris"),
        ("The meeting is on Friday", "The meeting is on Monday"),
        ("My favourite colour is red", "My previous favourite colour is blue"),
    ],
)
async def test_facts_that_may_both_be_true_stand_side_by_side(one: str, other: str) -> None:
    assert await current(one, other) == [one, other]


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("I live in Oslo.", "the user lives in  OSLO"),
        ("I am a vegetarian", "The user is a vegetarian."),
        ("My dog's name is Rex", "Remember: my dog's name is Rex!"),
    ],
)
async def test_the_same_said_otherwise_is_kept_once(one: str, same: str) -> None:
    assert await current(one, same) == [one]


async def refused(fact: str) -> str | None:
    """Return why memory refuses a fact, or None."""
    async with PlainMemory() as memory:
        try:
            await memory.remember(fact, ANNA)
        except ToolError as error:
            return error.code
    return None


@pytest.mark.parametrize(
    "fact",
    [
        "my Visa is 4242-4242-4242-4242",
        "AmEx 378282246310005",
        "Use AKIAIOSFODNN7EXAMPLE for the bucket",
        "token ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "slack xoxb-1234567890-abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc123DEF456",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "The wifi password is correcthorse",
        "password: x",
        "my security code is 123",
        "My SSN is 123-45-6789",
        "Pay to DE89 3704 0044 0532 0130 00",
    ],
)
async def test_secrets_of_every_kind_are_refused(fact: str) -> None:
    assert await refused(fact) == "secret_refused"


@pytest.mark.parametrize(
    "fact",
    [
        "My phone number is +47 22 33 44 55",
        "Order 4242424242424241 is late",
        "The password is in the safe",
        "I pinned the map to the wall",
        "Pi is 3.14159265358979323846",
        "My flight is on 2026-11-24 at 08:15",
        "I keep forgetting passwords",
    ],
)
async def test_what_only_looks_like_a_secret_is_kept(fact: str) -> None:
    assert await refused(fact) is None


@given(prefix=st.text(max_size=20), digits=st.text("0123456789", min_size=14, max_size=14))
async def test_any_card_number_is_refused_wherever_it_stands(prefix: str, digits: str) -> None:
    body = f"4{digits}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[::2])
    check = -(doubled + sum(int(digit) for digit in body[1::2])) % 10

    fact = f"{re.sub(r'[0-9.]', '', prefix)} {body}{check} ok"

    assert await refused(fact) == "secret_refused"


@given(facts=st.lists(st.text(max_size=60), max_size=6), query=st.text(max_size=60))
async def test_any_text_is_remembered_or_refused_and_can_be_searched_and_forgotten(
    facts: list[str], query: str
) -> None:
    async with PlainMemory() as memory:
        for fact in facts:
            try:
                await memory.remember(fact, ANNA)
            except ToolError:
                continue
        await memory.search(query, ANNA)
        await memory.recall(query, ANNA)
        kept = len(await memory.facts(ANNA, history=True))
        assert await memory.forget(ANNA) == kept
        assert await memory.facts(ANNA, history=True) == []
