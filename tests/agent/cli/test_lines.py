"""Text on its way to a terminal: safe, short, and laid into lines."""

from __future__ import annotations

import unicodedata
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.events import AnswerDelta, AnswerRetracted, Event

lines = import_module("surefoot.agent.cli.lines")
Flow = import_module("surefoot.agent.cli.flow").Flow
Spoken = import_module("surefoot.agent.cli.spoken").Spoken

words = st.text(st.sampled_from("abcé [S1].\n  \t"), max_size=200)


@given(st.text(max_size=200))
def test_safe_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    shown = lines.safe(text)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert "\u202e" not in shown
    assert lines.safe(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\r\nb", "a\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("evil\u202etxt", "evil\\u202etxt"),
        ("Größe 5 €", "Größe 5 €"),
    ],
)
def test_safe_text_says_what_it_left_out(text: str, shown: str) -> None:
    assert lines.safe(text) == shown


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ({"sql": "SELECT 1"}, "SELECT 1"),
        ({"n": 1, "name": "é"}, 'n=1, name="é"'),
        ({"total": {"$ref": "s1.rows.0.n"}}, "total={s1.rows.0.n}"),
        ({}, ""),
    ],
)
def test_a_call_fits_on_a_line(args: dict[str, object], shown: str) -> None:
    assert lines.call_line(args) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert lines.short("a b\n" * 100, 10) == "a b a b a…"
    assert [line.plain for line in lines.indented("1\n2\n3\n", by=2, most=2)] == [
        "  1",
        "  2",
        "  … 1 more line",
    ]


@given(st.lists(words, max_size=10))
def test_a_flow_changes_nothing_but_spaces(parts: list[str]) -> None:
    flow = Flow(20)
    shown = "".join(flow.feed(part) for part in parts) + flow.end()
    assert shown.split() == "".join(parts).split()


@given(words)
def test_a_flow_keeps_within_the_width_where_words_do(text: str) -> None:
    flow = Flow(20)
    shown = flow.feed(text) + flow.end()
    wide = [line for line in shown.split("\n") if len(line) > 20]
    assert not [line for line in wide if len(line.split()) > 1 and not line[0].isspace()]


def test_what_is_withdrawn_is_no_longer_said() -> None:
    events: list[Event] = [
        AnswerDelta(sentence=0, text="One. "),
        AnswerDelta(sentence=1, text="Two."),
        AnswerRetracted(sentence=1),
        AnswerDelta(sentence=2, text="Three."),
    ]
    assert Spoken(events).text == "One. Three."
