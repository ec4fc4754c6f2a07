"""Evidence: the modal that shows what an answer cites."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.evidence import Evidence, TableSource

from .blocks import Block, context, section, source_line
from .mrkdwn import escaped

_MOST = 30
_CHARS = 2_800


def evidence_view(cited: Sequence[Evidence]) -> Block:
    """Return a modal with each cited piece: where it is from, and what it says."""
    blocks: list[Block] = []
    for item in cited[:_MOST]:
        blocks += _piece(item)
    if len(cited) > _MOST:
        blocks.append(context(f"… and {len(cited) - _MOST} more."))
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Sources"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [*(blocks or [section("This answer cites nothing.")])],
    }


def _piece(item: Evidence) -> list[Block]:
    told: list[Block] = [section(f"*[{item.id}]* {escaped(source_line(item))}")]
    if isinstance(item.source, TableSource):
        told.append(context(f"`{escaped(' '.join(item.source.sql.split()))[:1_500]}`"))
    text = item.content if len(item.content) <= _CHARS else f"{item.content[:_CHARS]}…"
    told.append(section(f"```{_fixed(text)}```"))
    return told


def _fixed(text: str) -> str:
    return escaped(text.replace("```", "'''"))[:2_980] or " "
