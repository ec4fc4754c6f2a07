"""LoCoMo: how much of the evidence of a question is recalled, and what is asked of nothing said.

What is recalled counts within one conversation. The weights that score a conversation are those
that did best on the others.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from surefoot.memory import MiniLM, Weights

from ...statistics import Interval, cluster_bootstrap, mean
from .abstention import print_abstention
from .conversations import Conversation, Question, read_conversations
from .rankers import RANKERS, best
from .recalling import SHIPPED, Recaller

LIMITS = (5, 10)
GRID = tuple(
    Weights(meaning=meaning, before=before)
    for meaning, before in product((0.5, 1.0, 1.5), (0.3, 0.5, 1.0))
)
_CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open", 4: "single-hop", 5: "adversarial"}

Found = dict[int, list[list[list[str]]]]
"""By limit, for each conversation and each of its questions, the ids of what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A way of finding evidence and, by limit, the share found for each question."""

    name: str
    shares: Mapping[int, Sequence[float]]


async def measure_locomo(path: Path) -> None:
    """Measure recall on a file of conversations, and print the table."""
    conversations, embedder = read_conversations(path), MiniLM()
    questions = [question for each in conversations for question in each.questions]
    print(
        f"{len(conversations)} conversations, {sum(len(c.utterances) for c in conversations)} "
        f"turns, {len(questions)} questions with evidence; load {os.getloadavg()[0]:.1f}"
    )
    rows: list[Row] = []
    for name, ranker in RANKERS.items():
        scores = [ranker(each, embedder) for each in conversations]
        found: Found = {
            limit: [best(s, c, limit) for s, c in zip(scores, conversations, strict=True)]
            for limit in LIMITS
        }
        rows.append(_row(name, conversations, found))
    with tempfile.TemporaryDirectory() as folder:
        recaller = Recaller(Path(folder), embedder)
        await recaller.keep(conversations)
        tried = {
            w: await _recalled(recaller, conversations, w) for w in dict.fromkeys((SHIPPED, *GRID))
        }
    shipped = tried[SHIPPED]
    left_out, chosen = _leave_one_out(conversations, tried)
    rows.append(_row("Surefoot, weights of the other conversations", conversations, left_out))
    rows.append(_row("Surefoot, weights as shipped", conversations, shipped))
    _print(rows, questions)
    print(f"weights chosen: {'; '.join(chosen)}")
    _print_gain(rows, questions)
    print_abstention(conversations, embedder)


async def _recalled(
    recaller: Recaller, conversations: Sequence[Conversation], weights: Weights
) -> Found:
    return {
        limit: [await recaller.recall(each, limit=limit, weights=weights) for each in conversations]
        for limit in LIMITS
    }


def _leave_one_out(
    conversations: Sequence[Conversation], tried: Mapping[Weights, Found]
) -> tuple[Found, list[str]]:
    """Return what each conversation gets by the weights that do best on the others."""
    taken: Found = {limit: [] for limit in LIMITS}
    chosen: list[str] = []
    for number, conversation in enumerate(conversations):

        def elsewhere(weights: Weights, left_out: int = number) -> float:
            shares = [
                share
                for limit in LIMITS
                for at, other in enumerate(conversations)
                if at != left_out
                for share in _shares(other, tried[weights][limit][at])
            ]
            return mean(shares)

        weights = max(tried, key=elsewhere)
        chosen.append(f"{conversation.name} {weights.meaning:g}/{weights.before:g}")
        for limit in LIMITS:
            taken[limit].append(tried[weights][limit][number])
    return taken, chosen


def _row(name: str, conversations: Sequence[Conversation], found: Found) -> Row:
    shares = {
        limit: [
            share
            for conversation, each in zip(conversations, found[limit], strict=True)
            for share in _shares(conversation, each)
        ]
        for limit in LIMITS
    }
    return Row(name=name, shares=shares)


def _shares(conversation: Conversation, found: Sequence[Sequence[str]]) -> list[float]:
    """Return the share of its evidence that was found, for each question."""
    return [
        len(question.evidence & set(ids)) / len(question.evidence)
        for question, ids in zip(conversation.questions, found, strict=True)
    ]


def _interval(values: Sequence[float]) -> Interval:
    return cluster_bootstrap(values, range(len(values)))


def _print(rows: Sequence[Row], questions: Sequence[Question]) -> None:
    print(f"{'evidence recall':<50} {'@5':>20} {'@10':>20}   @10 by kind of question")
    for row in rows:
        told = []
        for limit in LIMITS:
            one = _interval(row.shares[limit])
            told.append(f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]")
        kinds = []
        for category, name in _CATEGORIES.items():
            of_kind = [
                share
                for share, question in zip(row.shares[LIMITS[-1]], questions, strict=True)
                if question.category == category
            ]
            kinds.append(f"{name} {mean(of_kind):.2f}")
        print(f"{row.name:<50} {told[0]:>20} {told[1]:>20}   {', '.join(kinds)}")


def _print_gain(rows: Sequence[Row], questions: Sequence[Question]) -> None:
    """Print by how much we beat the best of the others, question by question."""
    ours = rows[-2]
    others = rows[:-2]
    for limit in LIMITS:
        top = max(others, key=lambda row: mean(row.shares[limit]))
        gains = [a - b for a, b in zip(ours.shares[limit], top.shares[limit], strict=True)]
        one = _interval(gains)
        print(
            f"@{limit}: {one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}] against the best of the "
            f"others, {top.name!r}"
        )
