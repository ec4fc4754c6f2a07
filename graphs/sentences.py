"""Sentences: cut a text into checkable pieces while it streams."""

from __future__ import annotations

import re

_END = re.compile(
    r"""(?P<stop>[.!?…]["'’”)\]]*(?:\s*\[S\d+(?:\s*[,;]\s*S\d+)*\])*)\s+(?=[^\s\[a-z])|\n"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|approx|ca|no|fig|eq|sec|ch|pp?|vol|mr|mrs|ms|dr|prof|st|jr|"
    r"sr|inc|ltd|co|corp|[a-z])\.$",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^\s*\d{1,3}\.$")
_FENCE = "```"


class SentenceSplitter:
    """Cuts a stream of text into sentences that, joined, are the text again.

    A line break always ends a piece; so does a full stop, with the citations that follow it, when
    a new sentence begins. A fenced block of code is one piece.
    """

    def __init__(self) -> None:
        self.rest = ""
        """What has not yet come to an end."""

    def feed(self, text: str) -> list[str]:
        """Take some more text and return the sentences that are now complete."""
        self.rest += text
        done: list[str] = []
        while (cut := self._cut()) is not None:
            done.append(self.rest[:cut])
            self.rest = self.rest[cut:]
        return done

    def flush(self) -> list[str]:
        """Return what is left as a last sentence."""
        rest, self.rest = self.rest, ""
        return [rest] if rest else []

    def _cut(self) -> int | None:
        start = len(self.rest) - len(self.rest.lstrip())
        if self.rest.startswith(_FENCE, start):
            return self._fence_end(start)
        for match in _END.finditer(self.rest, start):
            if match["stop"] is None:
                return match.end()
            before = self.rest[start : match.start() + 1]
            if match[0].startswith(".") and (
                _ABBREVIATION.search(before) or _LIST_NUMBER.match(before)
            ):
                continue
            return match.end()
        return None

    def _fence_end(self, start: int) -> int | None:
        close = self.rest.find(f"\n{_FENCE}", start + len(_FENCE))
        if close < 0:
            return None
        line_end = self.rest.find("\n", close + 1 + len(_FENCE))
        return None if line_end < 0 else line_end + 1
