"""Drafts: tool calls as they come in, piece by piece, and how a message may end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from surefoot.messages import ToolCall
from surefoot.model import FinishReason

from .faults import ContentRefused, EmptyAnswer, StreamBroken


@dataclass(slots=True)
class _Draft:
    call_id: str = ""
    name: str = ""
    json: str = ""


class CallDrafts:
    """Puts the pieces of parallel tool calls together."""

    def __init__(self) -> None:
        self._drafts: dict[int | str | None, _Draft] = {}

    def __len__(self) -> int:
        return len(self._drafts)

    def add(
        self,
        key: int | str | None,
        *,
        call_id: str | None = None,
        name: str | None = None,
        json: str | None = None,
    ) -> None:
        """Take some more of the call that `key` tells from the others."""
        draft = self._drafts.setdefault(key, _Draft())
        draft.call_id = draft.call_id or call_id or ""
        draft.name = draft.name or name or ""
        draft.json += json or ""

    def calls(self, *, prefix: str, is_cut: bool = False) -> tuple[ToolCall, ...]:
        """Return the calls, one whose arguments cannot be read with the reason why."""
        return tuple(_call(draft, prefix, is_cut) for draft in self._drafts.values())


def _call(draft: _Draft, prefix: str, is_cut: bool) -> ToolCall:
    call_id = draft.call_id or f"{prefix}_{uuid4().hex[:16]}"
    name = draft.name or "unknown"
    try:
        args = json.loads(draft.json or "{}")
        why = "" if isinstance(args, dict) else "The arguments are no JSON object"
    except ValueError:
        args, why = {}, "The arguments are not valid JSON"
    if not why:
        return ToolCall(call_id=call_id, name=name, args=args)
    cut = ", because the message reached its length limit" if is_cut else ""
    shown = draft.json if len(draft.json) <= 200 else f"{draft.json[:200]}…"
    error = f"{why}{cut}: {shown!r}. Write them again."
    return ToolCall(call_id=call_id, name=name, args={}, error=error)


def ending(
    name: str, reason: FinishReason | None, has_said: bool, calls: Sequence[ToolCall]
) -> Iterator[ToolCall]:
    """Yield the calls of a message that ended well, or raise the fault of one that did not.

    The SDKs raise nothing for a stream without an end, a refusal or an empty message.
    """
    if reason is None:
        raise StreamBroken(f"The answer of {name} broke off before its end. Ask again.")
    if reason == "content_filter":
        raise ContentRefused(f"The content filter of {name} stopped it. Ask in other words.")
    if not calls and not has_said and reason != "length":
        raise EmptyAnswer(f"{name} gave an empty answer. Ask again, or choose another model.")
    yield from calls
