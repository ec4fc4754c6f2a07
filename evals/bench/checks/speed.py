"""Speed: what the answer checks cost for a sentence, and of a run's time."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from surefoot.evidence import DocumentSource, Evidence
from surefoot.graphs import DEFAULT_CHECKS, Claim, MeaningReview, Standing, cited, judge
from surefoot.memory import MiniLM

from .documents import passages

_PIECES = 20
_WORDS = 1_000
_TOKENS_A_SECOND = 50
_TOKENS_A_WORD = 1.3


def print_speed(workspace: Path) -> None:
    """Print milliseconds of computing, one thread, for sentences over twenty long texts."""
    evidence, sentences = _pile(workspace)
    claim = Claim(
        id="c0", text="", cited_ids=(), cited=(), evidence=evidence, question="What is said?"
    )
    first = _milliseconds(lambda: _look(claim, sentences[0]))
    for sentence in sentences[:20]:
        _look(claim, sentence)
    for item in evidence:  # Whatever a sentence may cite is read by now.
        _look(claim, f"Nothing of the kind is said there at all [{item.id}].")
    each = [_milliseconds(partial(_look, claim, one)) for one in sentences]
    print(f"{_PIECES} pieces of evidence of {_WORDS} words, {len(sentences)} sentences, CPU ms")
    print(f"first sentence, evidence read: {first:.1f}")
    print(f"later sentences: median {statistics.median(each):.2f}, p95 {_p95(each):.2f}")
    spoken = [len(one.split()) * _TOKENS_A_WORD / _TOKENS_A_SECOND * 1000 for one in sentences]
    share = (first + sum(each)) / (sum(spoken) + first + sum(each))
    print(f"of a run that writes them at {_TOKENS_A_SECOND} tokens a second: {share:.2%}")
    _print_meaning(claim, sentences[:10])


def _print_meaning(claim: Claim, sentences: Sequence[str]) -> None:
    encoder = MiniLM()
    encoder.words(["warm"])
    review = MeaningReview(encoder)
    standings = [_standing(claim, one) for one in sentences]
    each = [_milliseconds(partial(review.near, one)) for one in standings]
    again = [_milliseconds(partial(review.near, one)) for one in standings]
    print(
        "the review by meaning, where it is asked for, in a thread of its own: first time "
        f"{statistics.median(each):.0f}, sentences seen before {statistics.median(again):.0f}"
    )


def _pile(workspace: Path) -> tuple[tuple[Evidence, ...], list[str]]:
    """Return long texts made of pages in turn, and sentences of them with their citation."""
    chance = random.Random(7)
    parts = [(one.finding.content, one.sentences) for one in passages(workspace)]
    evidence: list[Evidence] = []
    sentences: list[str] = []
    for number in range(1, _PIECES + 1):
        text, said = "", list[str]()
        while len(text.split()) < _WORDS:
            content, those = chance.choice(parts)
            text += f"{content}\n\n"
            said += those
        source = DocumentSource(path=f"{number}.md", start=0, end=len(text))
        evidence.append(Evidence(id=f"S{number}", source=source, content=text, created_at=""))
        cites = f"[S{number}, S{chance.randint(1, _PIECES)}]" if number % 2 else f"[S{number}]"
        sentences += [f"{one[:-1]} {cites}." for one in chance.sample(said, min(8, len(said)))]
        # What cites nothing is held to everything.
        sentences += [one for one in chance.sample(said, 2) if any(map(str.isdigit, one))]
    chance.shuffle(sentences)
    return tuple(evidence), sentences


def _look(claim: Claim, sentence: str) -> None:
    judge(DEFAULT_CHECKS.answer, _of(claim, sentence))


def _standing(claim: Claim, sentence: str) -> Standing:
    return Standing.of(_of(claim, sentence))


def _of(claim: Claim, sentence: str) -> Claim:
    ids = cited(sentence)
    known = {item.id: item for item in claim.evidence}
    found = tuple(known[one] for one in ids if one in known)
    return replace(claim, text=sentence, cited_ids=ids, cited=found)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
