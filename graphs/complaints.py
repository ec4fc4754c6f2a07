"""Complaints: what a provider says of a call that failed, without the words that are withheld."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence

from surefoot.errors import ModelError
from surefoot.messages import AssistantMessage, Message

from .prompt_parts import place_of_question

_WORD = re.compile(r"\w+")
_TELLING = 3
"""How many words in a row show that something is repeated."""


def untold(messages: Sequence[Message]) -> list[str]:
    """Return what the model has said in this run, of which nothing may have been told."""
    since = messages[place_of_question(messages) + 1 :]
    return [message.text for message in since if isinstance(message, AssistantMessage)]


def without_repeating(error: ModelError, withheld: Iterable[str]) -> ModelError | None:
    """Return the error in words of our own if it repeats what is withheld, and None if not."""
    said = f"{error} {error.__cause__ or ''}"
    if not any(_repeats(said, text) for text in withheld):
        return None
    told = copy.copy(error)
    kind = type(error).__name__
    told.args = (f"The model failed ({kind}). What it complains of repeats what is withheld.",)
    return told


def _repeats(said: str, text: str) -> bool:
    words = _WORD.findall(text)
    runs = _runs_of(words, min(_TELLING, len(words)))
    return bool(runs) and not runs.isdisjoint(_runs_of(_WORD.findall(said), len(next(iter(runs)))))


def _runs_of(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    if not length:
        return set()
    return set(zip(*(words[start:] for start in range(length)), strict=False))
