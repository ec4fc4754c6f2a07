"""Alike questions: found by meaning, and told apart by the particulars they name."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import Embedder

_PARTICULAR = re.compile(
    r"""\d[\d.,:/-]*|"[^"]*"|'[^']*'|`[^`]*`|\b[A-Z][\w-]*|\w*_\w*|\b(?:not|no|never|without|except|least"""
    r"""|most|first|last|more|less|fewer|before|after|over|under|min|max|minimum|maximum|highest"""
    r"""|lowest|average|total|sum|count|longest|shortest|oldest|newest|cheapest)\b"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    vector: NDArray[np.float32]
    particulars: frozenset[str]
    key: str


class NearQuestions:
    """Kept questions of each owner, searched one by one: there are few enough.

    Two questions are alike when their vectors are at least as near as `similarity` and they name
    the same numbers, names, quotations and words that turn a question around.
    """

    def __init__(self, embedder: Embedder, *, similarity: float = 0.95, most: int = 1000) -> None:
        self._embedder = embedder
        self._similarity = similarity
        self._most = most
        self._entries: dict[str, OrderedDict[str, _Entry]] = {}
        self._kept = 0

    async def find(self, question: str, owner: str) -> str | None:
        """Return the key kept for the most similar question of the owner, if any is near enough."""
        entries = self._entries.get(owner)
        if not entries:
            return None
        own = particulars(question)
        same = [entry for entry in entries.values() if entry.particulars == own]
        if not same:
            return None
        vector = await self._vector(question)
        nearness = np.stack([entry.vector for entry in same]) @ vector
        best = int(nearness.argmax())
        return same[best].key if float(nearness[best]) >= self._similarity else None

    async def keep(self, question: str, owner: str, key: str) -> None:
        """Keep a question's key; the oldest owner goes when there are too many questions."""
        vector = await self._vector(question)
        entries = self._entries.setdefault(owner, OrderedDict())
        self._kept += key not in entries
        entries[key] = _Entry(vector=vector, particulars=particulars(question), key=key)
        while self._kept > self._most:
            oldest = next(iter(self._entries))
            self._entries[oldest].popitem(last=False)
            self._kept -= 1
            if not self._entries[oldest]:
                del self._entries[oldest]

    async def forget(self) -> None:
        """Forget all."""
        self._entries.clear()
        self._kept = 0

    async def _vector(self, question: str) -> NDArray[np.float32]:
        vectors = await asyncio.to_thread(self._embedder.embed, [question])
        vector = np.asarray(vectors[0], dtype=np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


def particulars(question: str) -> frozenset[str]:
    """Return what one question must share with another word for word.

    The capital that begins a sentence tells nothing, so the first word counts only in lower case.
    """
    text = question.strip()
    text = text[:1].lower() + text[1:]
    return frozenset(found.rstrip(".,:").lower() for found in _PARTICULAR.findall(text))
