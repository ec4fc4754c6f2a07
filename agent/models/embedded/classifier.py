"""Classifier: the likeliest tool for a question that no rule and no table decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .lexicon import read_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .steps import Embed

_RIDGE = 0.3


@dataclass(frozen=True, slots=True)
class Guess:
    """A tool, and by how much it leads the next one."""

    tool: str
    margin: float


class Classifier:
    """A linear classifier over sentence vectors, fitted to the packaged examples when first"
    " used."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._fitted: tuple[list[str], NDArray[np.float32]] | None = None

    def guess(self, question: str, among: frozenset[str]) -> Guess:
        """Return the likeliest of the tools `among`."""
        import numpy as np

        tools, weights = self._fit()
        row = np.append(self._embed([question])[0], np.float32(1))
        scores = dict(zip(tools, (row @ weights).tolist(), strict=True))
        ranked = sorted((tool for tool in tools if tool in among), key=lambda t: -scores[t])
        second = scores[ranked[1]] if len(ranked) > 1 else scores[ranked[0]] - 1
        return Guess(ranked[0], scores[ranked[0]] - second)

    def _fit(self) -> tuple[list[str], NDArray[np.float32]]:
        if self._fitted is None:
            import numpy as np

            examples: dict[str, list[str]] = json.loads(read_data("examples.json"))
            tools = list(examples)
            texts = [text for tool in tools for text in examples[tool]]
            owner = [n for n, tool in enumerate(tools) for _ in examples[tool]]
            rows = np.hstack([self._embed(texts), np.ones((len(texts), 1), np.float32)])
            wanted = np.eye(len(tools), dtype=np.float32)[owner]
            square = rows.T @ rows + _RIDGE * np.eye(rows.shape[1], dtype=np.float32)
            self._fitted = tools, np.linalg.solve(square, rows.T @ wanted)
        return self._fitted
