"""Embeddings: texts as vectors, so that what means the same lies close together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from surefoot.errors import ConfigurationError

Vectors = NDArray[np.float32]
"""One row per text, each of length 1."""


class Embedder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """Which model this is; vectors of different names are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text. Blocks, and may be called from several threads at once."""
        ...


def unit_rows(vectors: Vectors) -> Vectors:
    """Return the rows scaled to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return scaled


def made_by(embedder: Embedder) -> dict[str, str | int]:
    """Return what is written on a collection: which model its vectors are of."""
    return {"embedding": embedder.name, "dimension": embedder.dimension}


def require_made_by(embedder: Embedder, about: Mapping[str, object] | None, where: str) -> None:
    """Refuse vectors of another model, which would be compared to ours without an error."""
    theirs = about or {}
    if any(theirs.get(key) != ours for key, ours in made_by(embedder).items()):
        raise ConfigurationError(
            f"The vectors in {where!r} were made by {theirs.get('embedding')!r} with "
            f"{theirs.get('dimension')} dimensions, but the embedder is {embedder.name!r} with "
            f"{embedder.dimension}. Use that embedder, or call `reembed` to make the vectors again."
        )
