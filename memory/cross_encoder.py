"""A cross-encoder: a reranking model in ONNX, read from a folder that the operator brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surefoot.errors import ConfigurationError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

_MAX_TOKENS = 512
_BATCH = 8


class CrossEncoder:
    """Scores passages with `model.onnx` and `tokenizer.json`, as rerankers are published.

    The model gives one number for a pair, or two of which the second speaks for a fit. It is
    loaded when first used, and nothing is downloaded.
    """

    def __init__(self, folder: Path, *, threads: int = 1, max_tokens: int = _MAX_TOKENS) -> None:
        self._folder = folder
        self._threads = threads
        self._max_tokens = max_tokens
        self._loaded: tuple[InferenceSession, Tokenizer] | None = None

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return a score from 0 to 1 for each passage."""
        session, tokenizer = self._load()
        pairs = [tokenizer.encode(_sound(query), _sound(passage)) for passage in passages]
        scores: list[float] = [0.0] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            for i, score in zip(batch, _scores(session, [pairs[i] for i in batch]), strict=True):
                scores[i] = float(score)
        return scores

    def _load(self) -> tuple[InferenceSession, Tokenizer]:
        if self._loaded is None:
            from onnxruntime import InferenceSession, SessionOptions
            from tokenizers import Tokenizer

            model, vocabulary = self._folder / "model.onnx", self._folder / "tokenizer.json"
            for file in (model, vocabulary):
                if not file.is_file():
                    raise ConfigurationError(
                        f"The reranker needs {str(file)!r}, which is not there; name a folder with "
                        "a `model.onnx` and its `tokenizer.json`."
                    )
            options = SessionOptions()
            options.intra_op_num_threads = self._threads
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(vocabulary))
            tokenizer.enable_truncation(self._max_tokens, strategy="only_second")
            tokenizer.no_padding()
            self._loaded = session, tokenizer
        return self._loaded


def _scores(session: InferenceSession, pairs: Sequence[Encoding]) -> NDArray[np.float64]:
    width = max(len(pair.ids) for pair in pairs)
    filled = {
        "input_ids": [pair.ids for pair in pairs],
        "attention_mask": [pair.attention_mask for pair in pairs],
        "token_type_ids": [pair.type_ids for pair in pairs],
    }
    inputs = {
        each.name: np.array([row + [0] * (width - len(row)) for row in filled[each.name]], np.int64)
        for each in session.get_inputs()
    }
    logits = np.asarray(session.run(None, inputs)[0], np.float64).reshape(len(pairs), -1)
    fit = logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0.0)
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(-fit, -50, 50))))


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
