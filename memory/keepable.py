"""Keepable: what may be remembered at all."""

from __future__ import annotations

from surefoot.errors import ToolError
from surefoot.scope import Scope

from .secrecy import secret_in
from .words import readable

_MAX_FACT_CHARS = 2_000


def keepable(fact: str, scope: Scope) -> str:
    """Return a fact as it is kept. Raises `ToolError` for what may not be."""
    text = " ".join(readable(fact).split())
    if not scope.user:
        raise ToolError(
            "Nobody in particular is asking, so there is nobody to remember this about. "
            "Go on without remembering it.",
            code="no_user",
        )
    if not text:
        raise ToolError("There is no fact to remember; say it in one sentence.", code="empty_fact")
    if len(text) > _MAX_FACT_CHARS:
        raise ToolError(
            f"The fact has {len(text):,} characters; put it in fewer than {_MAX_FACT_CHARS:,}.",
            code="fact_too_long",
        )
    if (secret := secret_in(text)) is not None:
        raise ToolError(
            f"The fact holds what looks like {secret}, which is never kept. "
            "Tell the person so, and remember the rest without it.",
            code="secret_refused",
        )
    return text
