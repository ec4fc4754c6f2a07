"""Coalescing: a slow reader gets pieces put together, and not a word less."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from hypothesis import given
from hypothesis import strategies as st

from surefoot.events import AnswerDelta, AnswerRetracted, Event, UsageReported
from surefoot.server.socket import coalesced  # type: ignore[import-not-found]


def piece(run_id: str, sentence: int, text: str) -> Event:
    return AnswerDelta(run_id=run_id, sentence=sentence, text=text)


pieces = st.builds(
    piece,
    run_id=st.sampled_from(["r1", "r2"]),
    sentence=st.integers(0, 2),
    text=st.text(max_size=5),
)
others = st.builds(lambda: UsageReported(model="m")) | st.builds(
    lambda number: AnswerRetracted(run_id="r1", sentence=number, text=""), st.integers(0, 2)
)


def numbered(events: Sequence[Event]) -> list[Event]:
    """Return the events as a log stamps them."""
    return [event.model_copy(update={"seq": seq}) for seq, event in enumerate(events, start=1)]


def kind_of(event: Event) -> object:
    """Return what pieces of one sentence share; any other event is by itself."""
    if isinstance(event, AnswerDelta):
        return event.run_id, event.sentence
    return event.seq


@given(st.lists(pieces | others, max_size=30).map(numbered))
def test_neighbouring_pieces_of_a_sentence_become_one_and_all_else_stays(
    events: list[Event],
) -> None:
    told = coalesced(events)
    groups = [list(group) for _, group in groupby(events, key=kind_of)]
    assert [event.seq for event in told] == [group[-1].seq for group in groups]
    for event, group in zip(told, groups, strict=True):
        if isinstance(event, AnswerDelta):
            texts = [each.text for each in group if isinstance(each, AnswerDelta)]
            assert event == group[-1].model_copy(update={"text": "".join(texts)})
        else:
            assert [event] == group


@given(st.lists(pieces | others, max_size=30).map(numbered))
def test_what_has_been_put_together_stays_as_it_is(events: list[Event]) -> None:
    told = coalesced(events)
    assert coalesced(told) == told
    assert all(before.seq < after.seq for before, after in pairwise(told))
