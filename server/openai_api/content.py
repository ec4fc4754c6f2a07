"""Content: texts as OpenAI's clients write them, and citations as they read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from surefoot.evidence import DocumentSource, Evidence
from surefoot.messages import Image

from ..parts import pictures_in, text_in

_CITED = re.compile(r"\[(S[0-9]+)\]")


class GivenMessage(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(extra="allow")

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, JsonValue]] | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return text_in(self._content)

    @property
    def pictures(self) -> tuple[Image, ...]:
        """What it shows. Raises `InputError` for what is neither text nor picture."""
        return pictures_in(self._content)

    @property
    def _content(self) -> JsonValue:
        return list(self.content) if isinstance(self.content, list) else self.content


def instructions_in(messages: Sequence[GivenMessage]) -> str:
    """Return what the system's and developer's messages say."""
    return "\n\n".join(m.text for m in messages if m.role in ("system", "developer"))


def citations_in(
    text: str, evidence: Sequence[Evidence], *, thread_id: str
) -> list[dict[str, JsonValue]]:
    """Return the citations of a text as annotations, in order."""
    known = {item.id: item for item in evidence}
    return [
        _annotation(known[found[1]], found, thread_id)
        for found in _CITED.finditer(text)
        if found[1] in known
    ]


def _annotation(item: Evidence, found: re.Match[str], thread_id: str) -> dict[str, JsonValue]:
    if isinstance(item.source, DocumentSource):
        title = item.source.path
    else:
        title = f"{item.kind} {item.id}"
    return {
        "type": "url_citation",
        "start_index": found.start(),
        "end_index": found.end(),
        "url": f"/v1/threads/{thread_id}/evidence/{item.id}",
        "title": title,
    }
