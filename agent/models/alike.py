"""Alike questions: found by meaning, and told apart by the particulars they name."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import Embedder

_PARTICULAR = re.compile(
    r"""\d[\d.,:/-]*|"[^"]*"|'[^']*'|`[^`]*`|\b[A-Z][\w-]*|\w*_\w*|\b(?:not|no|never|without|except|least"""
    r"""|most|first|last|more|less|fewer|before|after|over|under|min|max|minimum|maximum|highest"""
    r"""|lowest|average|total|sum|count|longest|shortest|oldest|newest|cheapest)\b"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and where an answer to it may come from."""

    text: str
    person: str
    """Whose question it is: nothing of one person is found for another."""
    around: str
    """Of what model it is asked, with which instructions, tools, pictures and memories."""


class Likeness(Protocol):
    """Finds a kept question that is much like another."""

    async def find(self, asked: Asked) -> str | None:
        """Return the key kept for the most similar question, if any is near enough."""
        ...

    async def keep(self, asked: Asked, key: str) -> None:
        """Keep a question's key."""
        ...

    async def forget(self, person: str | None = None) -> None:
        """Forget all, or what one person asked."""
        ...

    async def close(self) -> None:
        """Let go of files and threads."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    vector: NDArray[np.float32]
    particulars: frozenset[str]
    around: str


class NearQuestions:
    """Kept questions of each person in memory, searched one by one: there are few enough.

    Two questions are alike when their vectors are at least as near as `similarity` and they name
    the same numbers, names, quotations and words that turn a question around.
    """

    def __init__(self, embedder: Embedder, *, similarity: float = 0.95, most: int = 1000) -> None:
        self._embedder = embedder
        self._similarity = similarity
        self._most = most
        self._entries: dict[str, OrderedDict[str, _Entry]] = {}
        self._kept = 0

    async def find(self, asked: Asked) -> str | None:
        """Return the key kept for the most similar question, if any is near enough."""
        own = particulars(asked.text)
        same = [
            (key, entry.vector)
            for key, entry in self._entries.get(asked.person, {}).items()
            if entry.particulars == own and entry.around == asked.around
        ]
        if not same:
            return None
        vector = await embedded(self._embedder, asked.text)
        nearness = np.stack([kept for _, kept in same]) @ vector
        best = int(nearness.argmax())
        return same[best][0] if float(nearness[best]) >= self._similarity else None

    async def keep(self, asked: Asked, key: str) -> None:
        """Keep a question's key; the oldest go when there are too many."""
        vector = await embedded(self._embedder, asked.text)
        entries = self._entries.setdefault(asked.person, OrderedDict())
        self._kept += key not in entries
        entries[key] = _Entry(
            vector=vector, particulars=particulars(asked.text), around=asked.around
        )
        while self._kept > self._most:
            oldest = next(iter(self._entries))
            self._entries[oldest].popitem(last=False)
            self._kept -= 1
            if not self._entries[oldest]:
                del self._entries[oldest]

    async def forget(self, person: str | None = None) -> None:
        """Forget all, or what one person asked."""
        if person is None:
            self._entries.clear()
        else:
            self._entries.pop(person, None)
        self._kept = sum(map(len, self._entries.values()))

    async def close(self) -> None:
        """Nothing to let go of."""


async def embedded(embedder: Embedder, question: str) -> NDArray[np.float32]:
    """Return the vector of a question, of length 1."""
    vectors = await asyncio.to_thread(embedder.embed, [question])
    vector = np.asarray(vectors[0], dtype=np.float32)
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def particulars(question: str) -> frozenset[str]:
    """Return what one question must share with another word for word.

    The capital that begins a sentence tells nothing, so the first word counts only in lower case.
    """
    text = question.strip()
    text = text[:1].lower() + text[1:]
    return frozenset(found.rstrip(".,:").lower() for found in _PARTICULAR.findall(text))
