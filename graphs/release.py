"""Release: the one place where the words of an answer leave a run."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from itertools import takewhile

from surefoot.answer import Citation
from surefoot.events import AnswerDelta, AnswerRetracted
from surefoot.verdicts import Outcome, Verdict

from .checked import MARK, Checked
from .checks import Claim, as_event
from .checks.claims.saying import cited
from .claiming import is_unread, judged
from .context import RunContext
from .reviewing import is_open, reviewed
from .sentences import SentenceSplitter

_WORDS = re.compile(r"\w")
_MOST_BEFORE = 12
"""Sentences of an answer that the next one is read with."""
_RANK: dict[Outcome, int] = {
    "contradicted": 4,
    "unsupported": 3,
    "not_checked": 2,
    "supported": 1,
    "not_checkable": 0,
}


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
        self._has_ended = False
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

    async def finish(self) -> None:
        """Take the message as an answer that has come to its end, and wait for its reviews."""
        for sentence in self._splitter.flush():
            self._complete(sentence)
        self._has_ended = True
        self._start_reviews()
        self._settle()
        while self._waiting:
            if (review := self._waiting[0].review) is not None:
                await asyncio.wait([review])
            self._settle()
        self._has_ended = False

    async def add(self, text: str) -> None:
        """Take some more text behind what stands, as a paragraph of its own."""
        self.feed(f"\n\n{text}" if self.text else text)
        await self.finish()

    def break_off(self) -> None:
        """Take the message as an answer that stops in the middle of a sentence, which goes."""
        if self._shown:
            self._withdraw(self._next)
            self._next += 1
            self._shown = 0
        self._splitter = SentenceSplitter()
        self.close()
        self._end()

    def close(self) -> None:
        """Stop the reviews that are still under way."""
        for one in self._waiting:
            if one.review is not None:
                one.review.cancel()

    def abandon(self) -> None:
        """Take back the message, which is a plan after all or told again: what has left goes."""
        context = self._context
        self.close()
        if self._released:
            for index in sorted(self._released):
                self._withdraw(index)
            context.sentences = self._next + (self._shown > 0)
            context.verdicts[:] = [one for one in context.verdicts if one.stage != "answer"]
        self._begin()

    def say(self, text: str) -> None:
        """Release words of our own, such as a note, which need no check."""
        self._end()
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
        found, claim = self._judged(index, sentence)
        open_claim = claim is not None and bool(self._context.checks.reviews) and is_open(found)
        self._waiting.append(
            Checked(
                index=index,
                text=sentence,
                found=found,
                claim=claim,
                needs_review=open_claim,
                is_unread=claim is not None and is_unread(self._context, claim, found),
            )
        )
        if not holds or cited(sentence):
            self._start_reviews()
        self._settle()

    def _start_reviews(self) -> None:
        """Put what is left open to the reviews, side by side.

        Under `hold` only once a sentence cites or the message has ended: a plan's preamble is not
        worth a model's time.
        """
        for one in self._waiting:
            if one.needs_review and one.review is None and one.claim is not None:
                one.review = asyncio.ensure_future(self._review(one, one.claim))

    async def _review(self, one: Checked, claim: Claim) -> None:
        """Let a review decide, and tell of it at once, so that a replay tells the same."""
        one.reviewed = await reviewed(self._context, claim)
        self._settle()

    def _settle(self) -> None:
        """Let those of the waiting sentences go, in order, that may be told of now."""
        ready = list(takewhile(lambda one: one.is_settled, self._waiting))
        if self._context.policy == "hold" and not self._has_ended:
            while ready and (ready[-1].is_withheld or not cited(ready[-1].text)):
                ready.pop()
        del self._waiting[: len(ready)]
        for one in ready:
            self._let_go(one)

    def _end(self) -> None:
        """Let every waiting sentence go, whatever is still to be found out about it."""
        ready, self._waiting = self._waiting, []
        for one in ready:
            self._let_go(one)

    def _let_go(self, one: Checked) -> None:
        """Tell what was found in a sentence, and release it if it passed."""
        self._tell(one)
        if not one.is_withheld:
            if self._context.policy == "hold":
                self._emit(one.index, one.marked if one.is_marked else one.text)
            elif one.is_marked:
                self._emit(one.index, f"{MARK} ")
        elif self._context.policy != "label":
            self.withheld.append(one)
            if self._context.policy == "retract":
                self._withdraw(one.index)

    def _tell(self, one: Checked) -> None:
        if not one.verdicts:
            return
        self._context.verdicts.extend(one.verdicts)
        by_claim: dict[str | None, list[Outcome]] = {}
        for verdict in one.verdicts:
            self._context.emit(as_event(verdict))
            by_claim.setdefault(verdict.claim_id, []).append(verdict.outcome)
        self.outcomes.update(max(found, key=_RANK.__getitem__) for found in by_claim.values())

    def _judged(self, index: int, sentence: str) -> tuple[tuple[Verdict, ...], Claim | None]:
        """Return what the checks say of a sentence, and the claim it makes, if it makes one."""
        if not _WORDS.search(sentence):
            return (), None
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
            before=self._before(index),
            facts=context.facts,
        )
        return tuple(judged(context, claim)), claim

    def _before(self, index: int) -> tuple[str, ...]:
        """Return the last sentences before this one that a reader sees, or will if none is held."""
        stands = {one.index: one.text for one in self._waiting if not one.is_withheld}
        stands |= self._released
        return tuple(stands[one] for one in sorted(stands)[-_MOST_BEFORE:] if one < index)

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
