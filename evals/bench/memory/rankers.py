"""Rankers: the ways of finding evidence that recall is measured beside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import Embedder, stems

from .conversations import Conversation

Scores = NDArray[np.float32]
"""A row for each question, a column for each utterance."""
Ranker = Callable[[Conversation, Embedder], Scores]

_K1, _B = 1.2, 0.75
_NEIGHBOUR = 0.3
_RANKED = 100
_RRF = 60


def dense(conversation: Conversation, embedder: Embedder) -> Scores:
    """Score by what utterances mean."""
    questions = np.vstack([embedder.embed([each.text]) for each in conversation.questions])
    said = embedder.embed([each.said for each in conversation.utterances])
    scores: Scores = questions @ said.T
    return scores


def keywords(conversation: Conversation, embedder: Embedder) -> Scores:
    """Score by the words of utterances."""
    return _bm25([each.said for each in conversation.utterances], conversation)


def keywords_in_context(conversation: Conversation, embedder: Embedder) -> Scores:
    """Score by the words of utterances with their date and the utterance before."""
    told: list[str] = []
    before = None
    for each in conversation.utterances:
        earlier = before.said if before is not None and before.session == each.session else ""
        told.append(f"{each.time:%I:%M %p on %d %B, %Y} {earlier} {each.said}")
        before = each
    return _bm25(told, conversation)


def ranks_two_to_one(conversation: Conversation, embedder: Embedder) -> Scores:
    """Score by reciprocal ranks: words in context count twice, meaning with its neighbours once."""
    meaning = dense(conversation, embedder)
    smooth = meaning.copy()
    smooth[:, 1:] += _NEIGHBOUR * meaning[:, :-1]
    smooth[:, :-1] += _NEIGHBOUR * meaning[:, 1:]
    return 2 * _reciprocal(keywords_in_context(conversation, embedder)) + _reciprocal(smooth)


RANKERS: dict[str, Ranker] = {
    "dense only": dense,
    "BM25 only": keywords,
    "BM25, date + turn before + turn": keywords_in_context,
    "reciprocal ranks 2:1 of that and smoothed dense": ranks_two_to_one,
}


def best(scores: Scores, conversation: Conversation, limit: int) -> list[list[str]]:
    """Return the ids of the utterances that score best, for each question."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    return [[conversation.utterances[i].id for i in row] for row in order]


def _reciprocal(scores: Scores) -> Scores:
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1) + 1
    reciprocal: Scores = np.where(ranks <= _RANKED, 1 / (_RRF + ranks), 0).astype(np.float32)
    return reciprocal


def _bm25(texts: Sequence[str], conversation: Conversation) -> Scores:
    documents = [Counter(stems(text)) for text in texts]
    lengths = np.array([document.total() for document in documents])
    norm = _K1 * (1 - _B + _B * lengths / lengths.mean())
    holders: dict[str, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        for word in document:
            holders[word].append(number)
    scores: Scores = np.zeros((len(conversation.questions), len(texts)), np.float32)
    for row, question in enumerate(conversation.questions):
        for word in set(stems(question.text)) & holders.keys():
            rows = holders[word]
            rarity = np.log(1 + (len(texts) - len(rows) + 0.5) / (len(rows) + 0.5))
            counts = np.array([documents[i][word] for i in rows])
            scores[row, rows] += rarity * counts * (_K1 + 1) / (counts + norm[rows])
    return scores
