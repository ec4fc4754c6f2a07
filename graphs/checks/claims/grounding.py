"""Grounding: an ONNX model of the user's that reads evidence and claim together, given by path."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from surefoot.errors import ConfigurationError
from surefoot.verdicts import Verdict

from ..check import AskModel
from ..subjects import Claim
from .standing import Standing

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_MOST_TOKENS = 512
_MOST_PASSAGES = 6


class GroundingReview:
    """Asks a model for natural language inference, or for groundedness, about what is left open.

    `labels` names the model's outputs in order; one of them must be `entailment`, and one may be
    `contradiction`. The tokenizer is a `tokenizer.json`. Both files load when first used, and the
    model works in a thread of its own.
    """

    name = "grounding"

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        *,
        labels: Sequence[str] = ("contradiction", "entailment", "neutral"),
        accept_from: float = 0.5,
        seconds: float = 10.0,
    ) -> None:
        if "entailment" not in labels:
            raise ConfigurationError("Name one of the model's labels `entailment`.")
        for path in (model, tokenizer):
            if not path.is_file():
                raise ConfigurationError(f"There is no file {str(path)!r} to read a model from.")
        self.seconds = seconds
        self._model, self._tokenizer = model, tokenizer
        self._labels, self._accept_from = tuple(labels), accept_from
        self._lock = threading.Lock()
        self._loaded: tuple[InferenceSession, Tokenizer] | None = None

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Return what the model says of a claim that cites texts; the run's model is not asked."""
        standing = Standing.of(claim)
        if not claim.cited or not standing.texts:
            return None
        return await asyncio.to_thread(self._judged, claim, standing)

    def _judged(self, claim: Claim, standing: Standing) -> Verdict:
        told = [self._read(premise, standing.saying.text) for premise in _premises(standing)]
        entails = max(one["entailment"] for one in told)
        if entails >= self._accept_from:
            return claim.supported()
        if max(one.get("contradiction", 0.0) for one in told) >= self._accept_from:
            return claim.contradicted("model_contradicts", "A model finds it contradicted.")
        return claim.unsupported("model_not_entailed", "A model finds it not carried.")

    def _read(self, premise: str, claim: str) -> dict[str, float]:
        """Return how likely each label is."""
        session, tokenizer = self._open()
        encoded = tokenizer.encode(premise, claim)
        given = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        asked = [one.name for one in session.get_inputs()]
        feed = {name: np.array([given[name]], np.int64) for name in asked if name in given}
        scores = np.asarray(session.run(None, feed)[0], np.float64).reshape(-1)
        if len(scores) != len(self._labels):
            raise ConfigurationError(
                f"The model gives {len(scores)} scores; name its {len(scores)} `labels` in order."
            )
        likely = np.exp(scores - scores.max())
        return dict(zip(self._labels, (likely / likely.sum()).tolist(), strict=True))

    def _open(self) -> tuple[InferenceSession, Tokenizer]:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        with self._lock:
            if self._loaded is None:
                options = SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                tokenizer: Tokenizer = Tokenizer.from_file(str(self._tokenizer))
                tokenizer.enable_truncation(_MOST_TOKENS, strategy="only_first")
                session = InferenceSession(
                    str(self._model), options, providers=["CPUExecutionProvider"]
                )
                self._loaded = (session, tokenizer)
            return self._loaded


def _premises(standing: Standing) -> list[str]:
    """Return the parts of each text that the claim is likeliest to rest on."""
    premises: list[str] = []
    for witness in standing.texts:
        near = witness.reading.near(standing.saying.stems, most=_MOST_PASSAGES)
        ordered = sorted(near, key=lambda one: one.place)
        premises.append(" ".join(one.text for one in ordered) or witness.text[:2_000])
    return premises
