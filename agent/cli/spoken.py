"""Spoken: the words of an answer that have left so far and still stand."""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.events import AnswerDelta, AnswerRetracted, Event


class Spoken:
    """Gathers an answer from its parts; what is withdrawn is gone."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._sentences: dict[int, str] = {}
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """Note what an event says or withdraws."""
        match event:
            case AnswerDelta(sentence=index, text=text):
                self._sentences[index] = self._sentences.get(index, "") + text
            case AnswerRetracted(sentence=index, text=text):
                self._sentences[index] = text
            case _:
                pass

    @property
    def text(self) -> str:
        """The words, in the order of the sentences."""
        return "".join(self._sentences[index] for index in sorted(self._sentences)).strip()
