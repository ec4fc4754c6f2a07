"""Summaries: what was said in a thread before the turns that a model is given, in few words.

Made of the turns' own words, with no model: of each a line with the question and the sentence of
the answer that says most. A model may write a better one, and lines go on from where that ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.model import estimated_tokens
from surefoot.turns import Turn

_QUESTION_CHARS = 120
_ANSWER_CHARS = 160
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CITATION = re.compile(r"\s*\[S\d+\]")
_PARTICULAR = re.compile(r"\b(?:[A-Z][\w-]+|\d[\d.,:-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a thread's turns before the window came to."""

    written: str = ""
    """By a model."""
    written_through: int = 0
    """The last turn that this tells of."""
    lines: tuple[str, ...] = ()
    """Of the turns behind that, one each, as far as there is room."""
    through: int = 0
    """The last turn that it tells of."""

    @property
    def text(self) -> str:
        """The whole of it."""
        return "\n".join(part for part in (self.written, *self.lines) if part)

    def going_on(self, turns: Sequence[tuple[int, Turn]], *, tokens: int) -> Summary:
        """Return it with later turns added; what tells least goes when there is no more room."""
        if not turns:
            return self
        lines = [*self.lines, *(line_of(turn) for _, turn in turns)]
        return Summary(
            written=self.written,
            written_through=self.written_through,
            lines=_fitting(lines, tokens - estimated_tokens(self.written)),
            through=turns[-1][0],
        )


def line_of(turn: Turn) -> str:
    """Return a turn in one line."""
    sentences = _SENTENCE.split(_CITATION.sub("", " ".join(turn.answer.split())))
    best = max(sentences, key=lambda each: (_tells(each), -len(each)), default="")
    question = " ".join(turn.question.split())
    return f"- {_cut(question, _QUESTION_CHARS)} → {_cut(best, _ANSWER_CHARS)}"


def _fitting(lines: list[str], tokens: int) -> tuple[str, ...]:
    """Drop lines until they fit: of the older half always the one that names least."""
    left = tokens - sum(map(estimated_tokens, lines))
    while lines and left < 0:
        older = range((len(lines) + 1) // 2)
        dull = min(older, key=lambda place: (_tells(lines[place]), place))
        left += estimated_tokens(lines.pop(dull))
    return tuple(lines)


def _tells(text: str) -> int:
    """Return how many different names and numbers a text holds."""
    return len(set(_PARTICULAR.findall(text)))


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[: chars - 1].rstrip()}…"
