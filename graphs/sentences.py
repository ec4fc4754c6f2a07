"""Sentences: cut a text into checkable pieces while it streams."""

from __future__ import annotations

import re

_END = re.compile(
    r"""(?P<stop>[.!?…]["'’”)\]*_]*(?:[^\S\n]*\[S\d+(?:\s*[,;]\s*S\d+)*\])*)[^\S\n]+(?=[^\s\[a-z])|\n"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|approx|ca|mr|mrs|ms|dr|prof|st|jr|sr|inc|ltd|co|corp|"
    r"(?:[a-z]\.)*[a-z])\.$",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:no|nos|fig|figs|eq|sec|ch|pp?|vol|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|"
    r"dec)\.$",
    re.IGNORECASE,
)
"""What is shortened only where a number follows: `no. 5`, but `The answer is no.`"""
_LIST_NUMBER = re.compile(r"^\s*\d{1,3}\.$")
_FENCE = "```"
_LONGEST = 16
"""Characters that are looked at to tell a shortened word from the end of a sentence."""
_LONGEST_SENTENCE = 10_000
_AHEAD = 1_000
"""What is longer than this is cut between words, and is no sentence of any language."""


class SentenceSplitter:
    """Cuts a stream of text into sentences that, joined, are the text again.

    A line break always ends a piece; so does a full stop, with the citations that follow it, when
    a new sentence begins. A fenced block of code is one piece. How the text is cut up on its way
    changes nothing.
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
            if match["stop"] is None or not self._goes_on(start, match):
                return min(match.end(), self._longest())
        return self._longest() if len(self.rest) > _LONGEST_SENTENCE + _AHEAD else None

    def _longest(self) -> int:
        """Return where a piece must end at last: behind a word, if it has any."""
        if len(self.rest) <= _LONGEST_SENTENCE:
            return len(self.rest)
        return self.rest.rfind(" ", 1, _LONGEST_SENTENCE) + 1 or _LONGEST_SENTENCE

    def _goes_on(self, start: int, match: re.Match[str]) -> bool:
        """Return whether the stop only shortens a word, or numbers the item of a list."""
        if not match[0].startswith("."):
            return False
        stop = match.start() + 1
        before = self.rest[max(start, stop - _LONGEST) : stop]
        if self.rest[match.end()].isdigit() and _BEFORE_NUMBER.search(before):
            return True
        return bool(_ABBREVIATION.search(before) or _LIST_NUMBER.match(self.rest[start:stop]))

    def _fence_end(self, start: int) -> int | None:
        close = self.rest.find(f"\n{_FENCE}", start + len(_FENCE))
        if close < 0:
            return None
        line_end = self.rest.find("\n", close + 1 + len(_FENCE))
        return None if line_end < 0 else line_end + 1
