"""Cascades: tiers of models from small to large, and the policy that picks one for each call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest, Occasion

from .faults import UnusableReply
from .seam import Seam
from .streaming import streamed
from .window import tokens_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a policy knows of a call."""

    occasion: Occasion
    tokens: int
    """About how long the prompt is."""
    tiers: int


@dataclass(frozen=True, slots=True)
class Route:
    """Which tier a call goes to, from 0, and why."""

    tier: int
    why: str


Policy = Callable[[Turn], Route]
"""A pure function from what is known of a call to its route."""

LONG_PROMPT = 12_000
"""Tokens from which a prompt goes to a larger model."""


def small_first(turn: Turn) -> Route:
    """Start small; each trouble of the run, a repair and a long prompt lead one tier up."""
    up: list[str] = []
    if turn.occasion.troubles:
        up.append(f"{turn.occasion.troubles} checks or plans failed")
    if turn.occasion.purpose == "repair":
        up.append("a repair")
    if turn.tokens > LONG_PROMPT:
        up.append("a long prompt")
    steps = turn.occasion.troubles + len(up) - bool(turn.occasion.troubles)
    return Route(min(steps, turn.tiers - 1), " and ".join(up) or "an easy turn")


class CascadeModel:
    """Tiers of models behind one name; the policy picks, and the trace says which and why.

    A reply that is no use, such as an empty one, goes to the next tier at once.
    """

    def __init__(self, tiers: Sequence[ChatModel], *, policy: Policy = small_first) -> None:
        self._tiers = tuple(tiers)
        self._policy = policy

    @property
    def name(self) -> str:
        """The name of the smallest model."""
        return self._tiers[0].name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message of the model that the policy picks."""
        turn = Turn(occasion=request.occasion, tokens=tokens_of(request), tiers=len(self._tiers))
        route = self._policy(turn)
        tier = max(0, min(route.tier, len(self._tiers) - 1))
        how: tuple[str, ...] = (f"tier {tier + 1} of {len(self._tiers)}: {route.why}",)
        seam = Seam()
        while True:
            model = self._tiers[tier]
            try:
                async with aclosing(streamed(model, request)) as parts:
                    async for part in parts:
                        for one in seam.take(part):
                            yield _ended(model, how, one) if isinstance(one, Finished) else one
                return
            except UnusableReply as fault:
                if tier + 1 == len(self._tiers):
                    raise
                tier += 1
                seam.broke()
                how = (*how, f"tier {tier + 1}: {type(fault).__name__} below")


def _ended(model: ChatModel, how: tuple[str, ...], finished: Finished) -> Finished:
    return replace(finished, model=finished.model or model.name, how=(*how, *finished.how))
