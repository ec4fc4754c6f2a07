"""Flow: words laid into lines as they come, without waiting for the end of the text."""

from __future__ import annotations

import re

_PIECES = re.compile(r"\n|[^\S\n]+|\S+")


class Flow:
    """Breaks a text that comes in parts at spaces, so that no word runs over the edge."""

    def __init__(self, width: int) -> None:
        self._width = max(width, 20)
        self._column = 0
        self._space = ""

    def feed(self, text: str) -> str:
        """Return the text as it goes on, with line breaks where it needs them."""
        out: list[str] = []
        for piece in _PIECES.findall(text):
            if piece == "\n":
                out.append("\n")
                self._column, self._space = 0, ""
            elif piece.isspace():
                self._space += piece
            else:
                out.append(self._word(piece))
        return "".join(out)

    def end(self) -> str:
        """Return what closes the text: a line break, if its last line has none."""
        needs = "\n" if self._column else ""
        self._column, self._space = 0, ""
        return needs

    def _word(self, word: str) -> str:
        space, self._space = self._space, ""
        if space and self._column and self._column + len(space) + len(word) > self._width:
            self._column = len(word)
            return f"\n{word}"
        self._column += len(space) + len(word)
        return f"{space}{word}"
