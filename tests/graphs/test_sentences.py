"""How a streamed text is cut into sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.graphs import SentenceSplitter

PIECES = (
    *("A", "b", "1", "12", "Dr", "no.", "e.g.", "U.S.", "Fig.", "Jan."),
    *(" ", "  ", "\n", "\t", "\r", "\u00a0"),
    *(".", "!", "?", "…", ")", '"', "*", "`", "```", "[", "]", "[S1]", "[S1, S2]"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60)


def split(*parts: str) -> list[str]:
    splitter = SentenceSplitter()
    return [piece for part in parts for piece in splitter.feed(part)] + splitter.flush()


@given(text=texts)
def test_the_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(text=texts, cuts=st.lists(st.integers(0, 60), max_size=12))
def test_how_the_text_arrives_changes_nothing(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    parts = [text[a:b] for a, b in pairwise(places)]
    assert split(*parts) == split(text) == split(*text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("It is so. That too.", ["It is so. ", "That too."]),
        ("Is it? Yes! Well… Good.", ["Is it? ", "Yes! ", "Well… ", "Good."]),
        ("It is 3.5 kg. It grows.", ["It is 3.5 kg. ", "It grows."]),
        ("It is so [S1]. That too [S2].", ["It is so [S1]. ", "That too [S2]."]),
        ("It is so. [S1] That too.", ["It is so. [S1] ", "That too."]),
        ("It is so.[S1, S2][S3] That too.", ["It is so.[S1, S2][S3] ", "That too."]),
        ("It is so. [see below] And", ["It is so. [see below] And"]),
        ('He said "so." She left.', ['He said "so." ', "She left."]),
        ("**It is so.** That too.", ["**It is so.** ", "That too."]),
        ("See e.g. Smith and Dr. Who.", ["See e.g. Smith and Dr. Who."]),
        ("The U.S. Army. J. Smith came.", ["The U.S. Army. ", "J. Smith came."]),
        ("See fig. 3 and no. 5. So", ["See fig. 3 and no. 5. ", "So"]),
        ("The answer is no. It is not.", ["The answer is no. ", "It is not."]),
        ("On Jan. 5 it rained. In Jan. It", ["On Jan. 5 it rained. ", "In Jan. ", "It"]),
        ("It weighs 5 kg. 3 of them do.", ["It weighs 5 kg. ", "3 of them do."]),
        ("1. Adelie\n2. Gentoo\n", ["1. Adelie\n", "2. Gentoo\n"]),
        ("Look:\n- one. Two\n\nEnd", ["Look:\n", "- one. ", "Two\n", "\nEnd"]),
        ("Wait... What?", ["Wait... ", "What?"]),
        ("use it. it works", ["use it. it works"]),
        (
            "So:\n```py\nx = 1. \nY\n```\nEnd. It",
            ["So:\n", "```py\nx = 1. \nY\n```\n", "End. ", "It"],
        ),
        ("```\nnever closed. It", ["```\nnever closed. It"]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


def test_a_sentence_is_given_as_soon_as_the_next_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("It is so.") == []
    assert splitter.feed(" ") == []
    assert splitter.feed("T") == ["It is so. "]
    assert splitter.rest == "T"
