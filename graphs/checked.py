"""A sentence of an answer with what is found out about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from surefoot.verdicts import Verdict

from .checks import Claim
from .checks.judging import named

OWN_KNOWLEDGE = "own_knowledge"
MARK = "(from the model's own knowledge)"


@dataclass(slots=True, kw_only=True)
class Checked:
    """A sentence with what its checks found, and what a review of it finds."""

    index: int
    text: str
    found: tuple[Verdict, ...]
    claim: Claim | None = None
    """None where nothing is said, as in an empty line."""
    needs_review: bool = False
    """True where the checks leave the claim open, and something else may decide."""
    review: asyncio.Task[None] | None = None
    reviewed: tuple[Verdict, ...] | None = None
    """What the review found, once it has come to its end."""
    is_unread: bool = False
    """True where a check that it must not be released without could not look at it."""

    @property
    def is_withheld(self) -> bool:
        """True when it must not be said. What was not looked at, a review may let pass."""
        vouched = any(one.outcome == "supported" for one in self.reviewed or ())
        return bool(self.failures) or (self.is_unread and not vouched)

    @property
    def is_settled(self) -> bool:
        """True once nothing more is found out about it."""
        if not self.needs_review or self.reviewed is not None:
            return True
        return self.review is not None and self.review.done()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Everything that was found, and that a review was stopped if it was."""
        if not self.needs_review or self.claim is None:
            return self.found
        if self.reviewed is not None:
            return (*self.found, *self.reviewed)
        stopped = self.claim.not_checked("stopped", "The run ended before it was reviewed.")
        return (*self.found, named(stopped, "review"))

    @property
    def failures(self) -> list[Verdict]:
        """The verdicts that keep it from being said."""
        return [verdict for verdict in self.verdicts if verdict.failed]

    @property
    def is_marked(self) -> bool:
        """True where it may be said as what the model knows by itself."""
        return any(one.code == OWN_KNOWLEDGE and not one.failed for one in self.found)

    @property
    def marked(self) -> str:
        """The sentence with its mark, before the space that parts it from the next."""
        said = self.text.rstrip()
        return f"{said} {MARK}{self.text[len(said) :]}"
