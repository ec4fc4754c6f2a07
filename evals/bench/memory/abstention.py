"""Abstention: whether what is found tells a question about nothing that was said from others.

LoCoMo's adversarial questions ask of one person what the other said. So what speaks for abstaining
is that the other one's words fit a question better than those of the person it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from surefoot.memory import Embedder, stems

from ...statistics import mean
from .conversations import ADVERSARIAL, Conversation, Question
from .rankers import dense, keywords

Signals = NDArray[np.float64]
"""A row for each question, a column for each signal; the lower, the more it says to abstain."""
Flags = NDArray[np.bool_]

NAMES = ("words", "score", "first three")
_UNTOLD = (0.3, 0.3, 1.0)
"""The signals of a question that does not name one person alone."""
_PULL = 1.0
_STEPS = 20


def print_abstention(conversations: Sequence[Conversation], embedder: Embedder) -> None:
    """Print how well each signal tells the questions apart, and all together.

    What decides about a conversation is learned from the others.
    """
    signals = [signals_of(each, embedder) for each in conversations]
    adversarial = [
        np.array([question.category == ADVERSARIAL for question in each.questions])
        for each in conversations
    ]
    told = np.concatenate(adversarial)
    print(f"abstention: {told.sum()} adversarial questions, {(~told).sum()} others")
    for name, columns in (*((n, [i]) for i, n in enumerate(NAMES)), ("all", [0, 1, 2])):
        abstained = left_out([each[:, columns] for each in signals], adversarial)
        caught, kept = mean(abstained[told].tolist()), mean((~abstained[~told]).tolist())
        print(
            f"  {name:12} abstains from {caught:.3f}, answers {kept:.3f} of the others, "
            f"balanced accuracy {(caught + kept) / 2:.3f}"
        )


def signals_of(conversation: Conversation, embedder: Embedder) -> Signals:
    """Return by how much the named person's words fit each question better than the other's.

    In the order of `NAMES`: the share of its words, by their rarity, that stands in one utterance;
    the score of the best utterance; and how many of the three that score best the person said.
    """
    speakers = np.array([each.speaker for each in conversation.utterances])
    words = [set(stems(each.said.partition(": ")[2])) for each in conversation.utterances]
    holders = Counter(word for each in words for word in each)
    found, meant = keywords(conversation, embedder), dense(conversation, embedder)
    scores = (found / np.maximum(found.max(1, keepdims=True), 1e-9) + np.maximum(meant, 0)) / 2
    rows: list[tuple[float, ...]] = []
    for question, score in zip(conversation.questions, scores, strict=True):
        if (named := _named_in(question, speakers)) is None:
            rows.append(_UNTOLD)
            continue
        theirs = speakers == named
        wanted = set(stems(question.text)) - set(stems(" ".join(set(speakers.tolist()))))
        rarity = {word: np.log(1 + len(words) / (1 + holders[word])) for word in wanted}
        whole = sum(rarity.values()) or 1.0
        held = np.array([sum(rarity[word] for word in wanted & each) for each in words]) / whole
        first = np.argsort(-score, kind="stable")[:3]
        rows.append((_margin(held, theirs), _margin(score, theirs), float(theirs[first].mean())))
    return np.array(rows)


def left_out(signals: Sequence[Signals], adversarial: Sequence[Flags]) -> Flags:
    """Return which questions are abstained from, for each conversation by the others' measure."""
    found: list[Flags] = []
    for number, own in enumerate(signals):
        others = np.concatenate([each for at, each in enumerate(signals) if at != number])
        told = np.concatenate([each for at, each in enumerate(adversarial) if at != number])
        doubt = _learned(others, told)
        limit = _best_limit(doubt(others), told)
        found.append(doubt(own) >= limit)
    return np.concatenate(found)


def _best_limit(doubt: Signals, told: Flags) -> float:
    """Return from which doubt on to abstain, for the best balanced accuracy."""

    def balance(limit: float) -> float:
        return float((doubt[told] >= limit).mean() + (doubt[~told] < limit).mean())

    limits: list[float] = np.quantile(doubt, np.linspace(0.02, 0.98, 97)).tolist()
    return max(limits, key=balance)


def _learned(signals: Signals, told: Flags) -> Callable[[Signals], Signals]:
    """Return how much speaks for abstaining: logistic regression, both kinds weighing the same."""
    middle, spread = signals.mean(0), signals.std(0) + 1e-9

    def inputs(rows: Signals) -> Signals:
        whole: Signals = np.c_[np.ones(len(rows)), (rows - middle) / spread]
        return whole

    given, pull = inputs(signals), np.r_[1e-6, np.full(signals.shape[1], _PULL)]
    weight = np.where(told, 0.5 / told.mean(), 0.5 / (1 - told.mean()))
    learned = np.zeros(given.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-given @ learned))
        slope = given.T @ (weight * (likely - told)) + pull * learned
        bend = (given * (weight * likely * (1 - likely))[:, None]).T @ given + np.diag(pull)
        learned = learned - np.linalg.solve(bend, slope)

    def doubt(rows: Signals) -> Signals:
        weighed: Signals = inputs(rows) @ learned
        return weighed

    return doubt


def _margin(fits: NDArray[np.float64], theirs: Flags) -> float:
    return float(fits[theirs].max() - fits[~theirs].max())


def _named_in(question: Question, speakers: NDArray[np.str_]) -> str | None:
    names = [name for name in set(speakers.tolist()) if name.lower() in question.text.lower()]
    return names[0] if len(names) == 1 else None
