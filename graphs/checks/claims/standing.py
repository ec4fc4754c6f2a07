"""Standing: a claim with all that it may stand on, ready to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..subjects import Claim
from .evidence import Witness
from .saying import Saying
from .words import flat, standing_alone, stem, words_of

_LEADING = 3
"""Sentences before one that it may take its subject from."""


@dataclass(frozen=True)
class Standing:
    """What a sentence says and the evidence it is held to: what it cites, else the whole ledger."""

    claim: Claim
    saying: Saying
    witnesses: tuple[Witness, ...]

    @classmethod
    def of(cls, claim: Claim) -> Standing:
        """Take a claim as a check is given it; the last is kept, since all checks look at it."""
        facts = claim.facts
        if (kept := facts.standing) is not None and kept.claim is claim:
            return kept
        witnesses = tuple(map(facts.witness, claim.cited or claim.evidence))
        facts.standing = cls(claim, facts.saying(claim.text), witnesses)
        return facts.standing

    @cached_property
    def tables(self) -> tuple[Witness, ...]:
        """The evidence that has rows."""
        return tuple(one for one in self.witnesses if one.is_table)

    @cached_property
    def texts(self) -> tuple[Witness, ...]:
        """The evidence that has sentences."""
        return tuple(one for one in self.witnesses if not one.is_table)

    @cached_property
    def said(self) -> str:
        """What may be repeated without evidence: the question and what came before it."""
        return f"{self.claim.question}\n{self.claim.earlier}"

    @cached_property
    def said_stems(self) -> frozenset[str]:
        """The stems of what may be repeated."""
        return frozenset(one.stem for one in words_of(self.said))

    @cached_property
    def lead(self) -> str:
        """What the answer says just before the sentence: the heading above, and a few sentences.

        It may name what the sentence leaves out, such as for which rows a number holds.
        """
        pieces = [one.strip() for one in self.claim.before if one.strip()]
        headings = [one for one in pieces if one.startswith("#") or one.rstrip("* ").endswith(":")]
        return "\n".join([*headings[-1:], *pieces[-_LEADING:]])

    @cached_property
    def lead_stems(self) -> frozenset[str]:
        """The stems of what leads up to the sentence, and of what may be repeated."""
        return self.said_stems | frozenset(one.stem for one in words_of(self.lead))

    @cached_property
    def given_stems(self) -> frozenset[str]:
        """The same, and the stems of the sentence."""
        return self.lead_stems | frozenset(one.stem for one in self.saying.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of all words that the evidence has."""
        return frozenset().union(*(one.vocabulary for one in self.witnesses))

    @cached_property
    def is_whole(self) -> bool:
        """False when there is more evidence than is read."""
        return all(one.is_whole for one in self.witnesses)

    def has(self, text: str) -> bool:
        """Return whether a text stands in the evidence or has been said, however it is set."""
        wanted = flat(text)
        return any(wanted in one.flat for one in self.witnesses) or wanted in flat(self.said)

    def names(self, identifier: str) -> bool:
        """Return whether an identifier stands there by itself."""
        wanted = standing_alone(identifier)
        return any(wanted.search(one.flat) for one in self.witnesses) or bool(
            wanted.search(flat(self.said))
        )

    def knows(self, word: str) -> bool:
        """Return whether a word stands in the evidence or has been said."""
        one = stem(word)
        return one in self.vocabulary or one in self.said_stems
