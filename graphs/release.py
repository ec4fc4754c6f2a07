"""Release: the one place where the words of an answer leave a run."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from surefoot.answer import Citation
from surefoot.events import AnswerDelta, AnswerRetracted
from surefoot.verdicts import Outcome, Verdict

from .checks import Claim, as_event, judge
from .checks.answer import cited
from .context import RunContext
from .sentences import SentenceSplitter

_WORDS = re.compile(r"\w")
_RANK: dict[Outcome, int] = {
    "contradicted": 4,
    "unsupported": 3,
    "not_checked": 2,
    "supported": 1,
    "not_checkable": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A sentence that did not pass. Its text goes nowhere but back to the run's own model."""

    index: int
    text: str
    verdicts: tuple[Verdict, ...]


class Release:
    """Checks an answer sentence by sentence and lets it go by the run's policy.

    `hold`: a sentence leaves after its check, or never. `label`: text leaves as it streams, and
    verdicts follow. `retract`: the same, and a failed sentence is withdrawn. Under `hold`, what
    cites nothing waits until a sentence that cites has passed or the message ends, because the
    message may still turn out to be a plan with a preamble.
    """

    def __init__(self, context: RunContext, question: str) -> None:
        self._context = context
        self._question = question
        self._splitter = SentenceSplitter()
        self._next = 0
        self._shown = 0
        """Characters of the unfinished sentence that have already left."""
        self._waiting: list[tuple[int, str]] = []
        self._released: dict[int, str] = {}
        self.withheld: list[Withheld] = []
        self.outcomes: Counter[Outcome] = Counter()
        self.was_cut = False
        """True when the model stopped at its length limit."""

    def feed(self, text: str) -> None:
        """Take some more of the message."""
        for sentence in self._splitter.feed(text):
            self._complete(sentence)
        if self._context.policy != "hold":
            self._show_rest()

    def finish(self) -> None:
        """Take the message as an answer that has come to its end."""
        for sentence in self._splitter.flush():
            self._complete(sentence)
        self._let_go()

    def abandon(self) -> None:
        """Take the message as a plan after all: what has left is withdrawn."""
        started = {self._next} if self._shown else set[int]()
        for index in sorted(self._released.keys() | started):
            self._context.emit(AnswerRetracted(sentence=index))
        self._next += len(started)
        self._shown = 0
        self._splitter = SentenceSplitter()
        self._waiting.clear()
        self._released.clear()
        self.withheld.clear()
        self.outcomes.clear()
        self._note()

    def say(self, text: str) -> None:
        """Release words of our own, such as a note, which need no check."""
        self._let_go()
        index = self._next
        self._next += 1
        self._emit(index, text)

    @property
    def text(self) -> str:
        """What has left so far and still stands."""
        return "".join(self._released[index] for index in sorted(self._released)).strip()

    def citations(self) -> tuple[Citation, ...]:
        """Return every citation of what stands, by sentence."""
        return tuple(
            Citation(evidence_id=one, sentence=index)
            for index in sorted(self._released)
            for one in cited(self._released[index])
        )

    def _complete(self, sentence: str) -> None:
        index, self._next = self._next, self._next + 1
        if self._context.policy != "hold":
            self._emit(index, sentence[self._shown :])
            self._shown = 0
        verdicts = self._verdicts(index, sentence)
        failed = [verdict for verdict in verdicts if verdict.failed]
        if failed:
            self._fail(index, sentence, tuple(failed))
        elif self._context.policy == "hold":
            self._waiting.append((index, sentence))
            if cited(sentence):
                self._let_go()

    def _fail(self, index: int, sentence: str, failed: tuple[Verdict, ...]) -> None:
        if self._context.policy == "label":
            return
        self.withheld.append(Withheld(index=index, text=sentence, verdicts=failed))
        if self._context.policy == "retract":
            self._released.pop(index, None)
            self._context.emit(AnswerRetracted(sentence=index))
            self._note()

    def _verdicts(self, index: int, sentence: str) -> list[Verdict]:
        if not _WORDS.search(sentence):
            return []
        context = self._context
        ids = cited(sentence)
        claim = Claim(
            id=f"c{index}",
            text=sentence,
            cited_ids=ids,
            cited=tuple(item for one in ids if (item := context.ledger.get(one)) is not None),
            evidence=context.ledger.all(),
            question=self._question,
        )
        verdicts = judge(context.checks.answer, claim, stage="answer", claim_id=claim.id)
        if not verdicts:
            verdicts = [
                Verdict(
                    stage="answer",
                    check="claim",
                    outcome="not_checkable",
                    code="nothing_to_check",
                    reason="The sentence cites nothing and states no number or date.",
                    claim_id=claim.id,
                )
            ]
        context.verdicts.extend(verdicts)
        for verdict in verdicts:
            context.emit(as_event(verdict))
        self.outcomes[max((v.outcome for v in verdicts), key=_RANK.__getitem__)] += 1
        return verdicts

    def _show_rest(self) -> None:
        if new := self._splitter.rest[self._shown :]:
            self._emit(self._next, new)
            self._shown += len(new)

    def _let_go(self) -> None:
        for index, sentence in self._waiting:
            self._emit(index, sentence)
        self._waiting.clear()

    def _emit(self, index: int, text: str) -> None:
        if not text:
            return
        self._released[index] = self._released.get(index, "") + text
        self._context.emit(AnswerDelta(sentence=index, text=text))
        self._note()

    def _note(self) -> None:
        self._context.released = [self._released[index] for index in sorted(self._released)]
