"""Matter: what was said of something that is to be forgotten, and what is about it at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from surefoot.memory import Matches, words_of

from .runs.erasing import Saying

Wanted = Sequence[set[str]]
"""Sets of words; a text that holds all of one is about what is to be forgotten."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def in_thread(held: Matches, thread: str) -> Matches:
    """Return what of it was said in a thread."""
    return Matches(
        facts=tuple(fact for fact in held.facts if fact.thread_id == thread),
        turns=tuple(kept for kept in held.turns if kept.thread_id == thread),
    )


def runs_of(held: Matches, said: Sequence[Saying], with_run: str | None) -> Iterable[str]:
    """Return the runs that go with it."""
    yield from (each.run_id for each in said)
    yield from (kept.turn.run_id for kept in held.turns)
    if with_run is not None:
        yield with_run


def wanted_of(held: Matches, query: str | None) -> Wanted | None:
    """Return the words of which a text must hold one set to be about it; None when all of it is."""
    if query is None:
        return None
    return [words for text in (query, *(f.text for f in held.facts)) if (words := words_of(text))]


def matter_of(held: Matches, said: Sequence[Saying], wanted: Wanted | None) -> Iterable[str]:
    """Return all that was said of what is to be forgotten, and nothing else that was."""
    for fact in held.facts:
        yield from (fact.said, fact.text)
    texts = [text for kept in held.turns for text in (kept.turn.question, kept.turn.answer)]
    texts += [text for each in said for text in each.texts]
    for text in texts:
        if wanted is None:
            yield text
            continue
        about = [part for part in _SENTENCE.split(text) if speaks_of(part, wanted)]
        yield from about or ([text] if speaks_of(text, wanted) else [])


def embedded_in(held: Matches) -> Iterable[str]:
    """Return the texts whose vectors are kept."""
    yield from (fact.text for fact in held.facts)
    yield from (f"{kept.turn.question}\n{kept.turn.answer}" for kept in held.turns)


def speaks_of(text: str, wanted: Wanted) -> bool:
    """Return whether a text is about what is to be forgotten."""
    have = words_of(text)
    return any(words <= have for words in wanted)
