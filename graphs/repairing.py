"""Repairing: sentences that failed are written again once, or cut down to what is supported."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from surefoot.errors import LimitReached, ModelError
from surefoot.messages import Message, UserMessage
from surefoot.model import ModelRequest

from .checked import Checked
from .checks import judge
from .context import RunContext
from .conversation import call_model, occasion
from .planning import offered
from .prompt_parts import RUN_NOTE
from .reducing import reduced
from .release import Release

logger = logging.getLogger(__name__)


async def repair(context: RunContext, messages: Sequence[Message], release: Release) -> int:
    """Mend the sentences that failed as far as can be; return how many statements stay left out.

    The model is asked once to write them again. When nothing of that stands, the part of a
    sentence that is supported by itself is kept, and its rest counts as left out. What no check
    could look at stays left out: to write it again would not help.
    """
    failed = [one for one in release.withheld if one.failures]
    unread = len(release.withheld) - len(failed)
    if failed and (again := await _written_again(context, messages, failed)):
        said = release.sentences
        release.withheld = []
        await release.add(again)
        if stands := release.sentences - said:
            return unread + max(len(release.withheld), len(failed) - stands)
    if parts := [part for one in failed if (part := _supported_part(context, one)) is not None]:
        await release.add(" ".join(parts))
    return unread + len(failed)


async def _written_again(
    context: RunContext, messages: Sequence[Message], failed: Sequence[Checked]
) -> str:
    """Return what the model writes in place of the sentences; nothing when it leaves them out."""
    if not context.budget.reserve_repair():
        return ""
    try:
        context.budget.reserve_model_call(last=True)
        request = ModelRequest(
            messages=(*messages, UserMessage(_request(failed))),
            past_tools=offered(context.toolbox),
            occasion=occasion(context, "repair"),
        )
        message, _ = await call_model(context, request, lambda _: None)
    except LimitReached:
        return ""
    except ModelError as error:
        # Its words may repeat what it was asked, and with that what is withheld.
        kind = type(error).__name__
        logger.warning("an answer of run %s was not repaired: %s", context.run_id, kind)
        return ""
    again = message.text.strip()
    return "" if again.upper().rstrip(".") == "NONE" else again


def _supported_part(context: RunContext, one: Checked) -> str | None:
    if one.claim is None:
        return None
    return reduced(one.claim, lambda claim: judge(context.checks.answer, claim, context.timekeeper))


def _request(failed: Sequence[Checked]) -> str:
    lines = [
        f"{number}. {one.text.strip()}\n   Why: {_why(one)}" for number, one in enumerate(failed, 1)
    ]
    return (
        f"{RUN_NOTE}these sentences of your answer did not pass their check and were not shown:\n"
        + "\n".join(lines)
        + "\nWrite each again so that the evidence supports it, with its citation, and nothing "
        "else. Answer NONE to leave them out."
    )


def _why(one: Checked) -> str:
    return " ".join(failure.advice for failure in one.failures)
