"""Seams: where a second attempt takes over from a first that broke off in mid-message."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.model import ModelPart, Restarted, TextDelta


class Seam:
    """Sees to it that no text is told twice.

    While a new attempt says what has been told already, nothing is passed on. Where it says
    something else, what was told is declared void with `Restarted` and the message begins anew.
    """

    def __init__(self) -> None:
        self._told = ""
        self._has_more = False
        """True when more than text has been told, which cannot be gone on from."""
        self._held: str | None = None
        """What the attempt has said so far, while all of it has been told before."""

    def broke(self) -> None:
        """Note that an attempt broke off; the next begins."""
        self._held = "" if self._told or self._has_more else None

    def take(self, part: ModelPart) -> Iterator[ModelPart]:
        """Yield what of a part is new."""
        if isinstance(part, Restarted):
            self._told, self._held, self._has_more = "", None, False
            yield part
        elif isinstance(part, TextDelta):
            yield from self._text(part)
        else:
            if self._held is not None:
                yield from self._anew()
            self._has_more = True
            yield part

    def _text(self, part: TextDelta) -> Iterator[ModelPart]:
        if self._held is None:
            self._told += part.text
            yield part
            return
        self._held += part.text
        if self._has_more:
            yield from self._anew()
            return
        if self._told.startswith(self._held):
            if self._held == self._told:
                self._held = None
            return
        if self._held.startswith(self._told):
            more = self._held[len(self._told) :]
            self._told, self._held = self._held, None
            yield TextDelta(more)
            return
        yield from self._anew()

    def _anew(self) -> Iterator[ModelPart]:
        """Void what was told and tell what the new attempt has said instead."""
        held, self._held = self._held or "", None
        self._told, self._has_more = held, False
        yield Restarted()
        if held:
            yield TextDelta(held)
