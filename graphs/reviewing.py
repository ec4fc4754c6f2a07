"""Reviewing: put a claim that no check could decide to what takes longer, such as a model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from surefoot.errors import LimitReached, ModelError
from surefoot.model import ModelRequest
from surefoot.verdicts import Verdict

from .checks import Claim, Review
from .checks.judging import crashed, named
from .context import RunContext
from .conversation import call_model, occasion

logger = logging.getLogger(__name__)

_OPEN = ("not_checkable", "not_checked")


def is_open(verdicts: Sequence[Verdict]) -> bool:
    """Return whether nothing speaks against a claim and something is left to be decided."""
    if any(verdict.failed for verdict in verdicts):
        return False
    return not verdicts or any(verdict.outcome in _OPEN for verdict in verdicts)


async def reviewed(context: RunContext, claim: Claim) -> tuple[Verdict, ...]:
    """Return what the run's reviews say of a claim, up to the first that decides."""
    verdicts: list[Verdict] = []
    for review in context.checks.reviews:
        if (verdict := await _asked(context, review, claim)) is None:
            continue
        verdicts.append(named(verdict, review.name))
        if verdict.outcome not in _OPEN:
            break
    return tuple(verdicts)


async def _asked(context: RunContext, review: Review, claim: Claim) -> Verdict | None:
    """Ask one review, in its time. One that cannot be asked says so, and never passes a claim."""

    async def ask(request: ModelRequest) -> str:
        context.budget.reserve_model_call()
        request = replace(request, occasion=occasion(context, "review"))
        message, _ = await call_model(context, request, lambda _: None)
        return message.text

    try:
        async with asyncio.timeout(min(review.seconds, context.budget.seconds_left)) as clock:
            return await review.review(claim, ask)
    except LimitReached:
        return claim.not_checked("limit", f"A limit left nothing for {review.name!r}.")
    except ModelError as error:
        logger.warning("review %r had no model: %s", review.name, type(error).__name__)
        return claim.not_checked("no_model", f"The model that {review.name!r} asks failed.")
    except Exception as error:
        if isinstance(error, TimeoutError) and clock.expired():
            return claim.not_checked("out_of_time", f"There was no time for {review.name!r}.")
        return crashed(claim, review.name, error)
