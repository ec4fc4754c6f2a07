"""OpenAIEmbedder: embedding models behind OpenAI's protocol, its own and other servers'."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surefoot.errors import ConfigurationError, ModelError

from .embeddings import Vectors, unit_rows

if TYPE_CHECKING:
    from openai import OpenAI

_BATCH = 256


class OpenAIEmbedder:
    """Embeds over the network, many texts a call. Needs `surefoot[openai]`.

    `base_url` names another server, such as vLLM, Ollama or llama.cpp. Without a key and a URL the
    SDK reads `OPENAI_API_KEY` and `OPENAI_BASE_URL`. Safe to call from several threads.
    """

    def __init__(
        self,
        model: str = "text-embedding-3-small",
        *,
        dimension: int = 1536,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self.name = model
        self.dimension = dimension
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._client: OpenAI | None = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text. Raises `ModelError` when the server fails."""
        found = [np.zeros((0, self.dimension), np.float32)]
        for at in range(0, len(texts), _BATCH):
            found.append(self._embed([text or " " for text in texts[at : at + _BATCH]]))
        return unit_rows(np.vstack(found))

    def close(self) -> None:
        """Let go of every socket; the next call opens them again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _embed(self, texts: list[str]) -> Vectors:
        from openai import APIError, APIStatusError

        try:
            told = self._opened().embeddings.create(model=self.name, input=texts)
        except APIError as error:
            status = error.status_code if isinstance(error, APIStatusError) else None
            raise ModelError(
                f"The embedding model {self.name!r} failed: {error}. Check its name, the address "
                "and the key.",
                status=status,
            ) from error
        ordered = sorted(told.data, key=lambda each: each.index)
        rows = np.array([each.embedding for each in ordered], np.float32)
        if rows.shape != (len(texts), self.dimension):
            raise ConfigurationError(
                f"The embedding model {self.name!r} returned an array of shape {rows.shape} for "
                f"{len(texts)} texts, but its dimension was given as {self.dimension}; correct it."
            )
        return rows

    def _opened(self) -> OpenAI:
        from openai import OpenAI, OpenAIError

        with self._lock:
            if self._client is None:
                try:
                    self._client = OpenAI(
                        base_url=self._base_url,
                        api_key=self._api_key,
                        timeout=self._timeout_seconds,
                    )
                except OpenAIError as error:
                    raise ConfigurationError(
                        f"The embedding model {self.name!r} cannot be reached: {error}"
                    ) from error
            return self._client
