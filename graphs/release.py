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
class Checked:
    """A sentence with what its checks found."""

    index: int
    text: str
    verdicts: tuple[Verdict, ...]

    @property
    def failures(self) -> list[Verdict]:
        """The verdicts that keep it from being said."""
        return [verdict for verdict in self.verdicts if verdict.failed]


class Release:
    """Checks an answer sentence by sentence and lets it go by the run's policy.

    `hold`: a sentence leaves after its check, or never. `label`: text leaves as it streams, and
    verdicts follow. `retract`: the same, and a failed sentence is withdrawn. Under `hold`, nothing
    is told until a sentence that cites has passed or the message ends, because the message may
    still turn out to be a plan with a preamble, which claims nothing.
    """

    def __init__(self, context: RunContext, question: str, *, earlier: str = "") -> None:
        """`earlier` is what was said in the thread before the question."""
        self._context = context
        self._question = question
        self._earlier = earlier
        self.was_cut = False
        """True when the model was stopped before the end of its message."""
        self._begin()

    def _begin(self) -> None:
        self._splitter = SentenceSplitter()
        self._next = self._context.sentences
        self._shown = 0
        """Characters of the unfinished sentence that have already left."""
        self._waiting: list[Checked] = []
        self._released: dict[int, str] = {}
        self.withheld: list[Checked] = []
        """Sentences that did not pass. Their text goes nowhere but back to the run's own model."""
        self.outcomes: Counter[Outcome] = Counter()

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
        self._settle()

    def break_off(self) -> None:
        """Take the message as an answer that stops in the middle of a sentence, which goes."""
        if self._shown:
            self._withdraw(self._next)
            self._next += 1
            self._shown = 0
        self._splitter = SentenceSplitter()
        self._settle()

    def abandon(self) -> None:
        """Take back the message, which is a plan after all or told again: what has left goes."""
        context = self._context
        if self._released:
            for index in sorted(self._released):
                self._withdraw(index)
            context.sentences = self._next + (self._shown > 0)
            context.verdicts[:] = [one for one in context.verdicts if one.stage != "answer"]
        self._begin()

    def say(self, text: str) -> None:
        """Release words of our own, such as a note, which need no check."""
        self._settle()
        index = self._next
        self._next += 1
        self._emit(index, text)

    @property
    def text(self) -> str:
        """What has left so far and still stands."""
        return "".join(self._released[index] for index in sorted(self._released)).strip()

    @property
    def sentences(self) -> int:
        """How many sentences stand that say something."""
        return sum(_WORDS.search(text) is not None for text in self._released.values())

    def citations(self) -> tuple[Citation, ...]:
        """Return every citation of what stands, by sentence."""
        return tuple(
            Citation(evidence_id=one, sentence=index)
            for index in sorted(self._released)
            for one in cited(self._released[index])
        )

    def _complete(self, sentence: str) -> None:
        index, self._next = self._next, self._next + 1
        holds = self._context.policy == "hold"
        if not holds:
            self._emit(index, sentence[self._shown :])
            self._shown = 0
        one = Checked(index=index, text=sentence, verdicts=self._verdicts(index, sentence))
        self._waiting.append(one)
        if not holds or (not one.failures and cited(sentence)):
            self._settle()

    def _settle(self) -> None:
        """Tell what the checks found in the sentences that wait, and let those go that passed."""
        for one in self._waiting:
            self._tell(one)
            if not one.failures:
                if self._context.policy == "hold":
                    self._emit(one.index, one.text)
            elif self._context.policy != "label":
                self.withheld.append(one)
                if self._context.policy == "retract":
                    self._withdraw(one.index)
        self._waiting.clear()

    def _tell(self, one: Checked) -> None:
        if not one.verdicts:
            return
        self._context.verdicts.extend(one.verdicts)
        for verdict in one.verdicts:
            self._context.emit(as_event(verdict))
        self.outcomes[max((v.outcome for v in one.verdicts), key=_RANK.__getitem__)] += 1

    def _verdicts(self, index: int, sentence: str) -> tuple[Verdict, ...]:
        if not _WORDS.search(sentence):
            return ()
        context = self._context
        ids = cited(sentence)
        claim = Claim(
            id=f"c{index}",
            text=sentence,
            cited_ids=ids,
            cited=tuple(item for one in ids if (item := context.ledger.get(one)) is not None),
            evidence=context.ledger.all(),
            question=self._question,
            earlier=self._earlier,
            facts=context.facts,
        )
        if verdicts := judge(context.checks.answer, claim, context.timekeeper):
            return tuple(verdicts)
        nothing = Verdict(
            stage="answer",
            check="claim",
            outcome="not_checkable",
            code="nothing_to_check",
            reason="The sentence cites nothing and states no number or date.",
            claim_id=claim.id,
        )
        return (nothing,)

    def _show_rest(self) -> None:
        if new := self._splitter.rest[self._shown :]:
            self._emit(self._next, new)
            self._shown += len(new)

    def _emit(self, index: int, text: str) -> None:
        if not text:
            return
        self._released[index] = self._released.get(index, "") + text
        self._context.emit(AnswerDelta(sentence=index, text=text))
        self._note()

    def _withdraw(self, index: int) -> None:
        self._released.pop(index, None)
        self._context.emit(AnswerRetracted(sentence=index))
        self._note()

    def _note(self) -> None:
        self._context.released = [self._released[index] for index in sorted(self._released)]
