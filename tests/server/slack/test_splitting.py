"""Answers in parts that fit, and Markdown as Slack shows it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surefoot.server.slack import (  # type: ignore[import-not-found]
    mrkdwn_of,
    parts_of,
    plain_text,
)

MOST = 120

words = st.text(alphabet="abc .*[", min_size=1, max_size=40)
codes = st.builds(
    lambda mark, lines: f"{mark}py\n{lines}\n{mark}",
    st.sampled_from(["```", "~~~", "````"]),
    st.lists(st.text(alphabet="xy =`", max_size=30), max_size=12).map("\n".join),
)
texts = st.lists(st.one_of(words, codes), max_size=12).map("\n\n".join)


@given(texts)
def test_every_part_fits(text: str) -> None:
    assert all(0 < len(part) <= MOST for part in parts_of(text, most=MOST))


@given(texts)
def test_no_word_is_lost_or_doubled(text: str) -> None:
    parts = parts_of(text, most=MOST)
    without_fences = [re.sub(r"(?m)^ {0,3}(`{3,}|~{3,}).*$", "", part) for part in parts]
    bare = re.sub(r"(?m)^ {0,3}(`{3,}|~{3,}).*$", "", text)
    assert "".join("".join(without_fences).split()) == "".join(bare.split())


@given(st.lists(st.one_of(words, codes), max_size=12), st.data())
@example(["a" * 119 + " bb"], None)
def test_what_was_shown_of_a_beginning_never_moves(blocks: list[str], data: st.DataObject) -> None:
    text = "\n\n".join(blocks)
    cuts = range(len(text)) if data is None else [data.draw(st.integers(0, len(text)))]
    whole = parts_of(text, most=MOST)
    for cut in cuts:
        early = parts_of(text[:cut], is_final=False, most=MOST)
        assert len(early) <= len(whole)
        assert early[:-1] == whole[: len(early) - 1] if early else True
        assert not early or whole[len(early) - 1].startswith(early[-1])


@given(st.lists(words, min_size=1, max_size=6))
def test_code_that_fits_into_one_part_is_not_cut(before: list[str]) -> None:
    code = "```py\nx = 1\n\n\ny = 2\n```"
    parts = parts_of("\n\n".join([*before, code, *before]), most=MOST)
    assert sum(code in part for part in parts) == 1


def test_code_with_an_endless_first_line_is_cut_too() -> None:
    parts = parts_of(f"```{'x' * 500}\n{'y' * 500}\n```", most=MOST)
    assert len(parts) > 4 and all(len(part) <= MOST for part in parts)


def test_code_that_is_too_long_is_closed_and_opened_again() -> None:
    code = "```py\n" + "\n".join(f"line {n}" for n in range(40)) + "\n```"
    parts = parts_of(code, most=MOST)
    assert len(parts) > 2
    assert all(part.startswith("```py\n") and part.endswith("\n```") for part in parts)


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("**bold** and *slanted* ~~gone~~", "*bold* and _slanted_ ~gone~"),
        ("# A *good* title", "*A _good_ title*"),
        ("[words](https://a.example/x?a=1&b=2)", "<https://a.example/x?a=1&amp;b=2|words>"),
        ("[run](ftp://a.example)", "run"),
        ("<!channel> & <@U1> a<b", "&lt;!channel&gt; &amp; &lt;@U1&gt; a&lt;b"),
        ("`a < b`", "`a &lt; b`"),
        ("- one\n- two\n  1. three", "• one\n• two\n    1. three"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("> said\n> twice", "> said\n> twice"),
        ("```py\nif a < b:\n    pass\n```", "```\nif a &lt; b:\n    pass\n```"),
        ("| a | bb |\n|---|---|\n| 1 | 2 |", "```\na  bb\n-  --\n1  2\n```"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("It gave 3 [S1].", "It gave 3 [S1]."),
    ],
)
def test_markdown_is_said_in_slacks_own_markup(markdown: str, mrkdwn: str) -> None:
    assert mrkdwn_of(markdown) == mrkdwn


@given(st.text(alphabet="ab<>&@!|*_`~[]()#-\n ", max_size=80))
def test_nobody_is_mentioned_by_an_answer(text: str) -> None:
    assert not re.search(r"<[@!#]", mrkdwn_of(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("<@UBOT> how many &lt;rows&gt;?", "how many <rows>?"),
        ("<@UBOT|bot> ask <@U2> in <#C1|general>", "ask @U2 in #general"),
        ("see <https://a.example|the page>", "see the page (https://a.example)"),
        ("see <https://a.example>", "see https://a.example"),
        ("<!here> hi", "@here hi"),
    ],
)
def test_a_message_is_read_as_it_was_typed(typed: str, meant: str) -> None:
    assert plain_text(typed, bot_user="UBOT") == meant
