"""A model of one's own: a GGUF file, run by llama.cpp inside this process.

The server listens on a free port of the loopback address only, and starts at the first call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from surefoot.errors import ConfigurationError
from surefoot.model import ModelPart, ModelRequest

from .hosted import Manner
from .openai import OpenAIModel
from .prices import Free

CONTEXT_TOKENS = 4096


class Served(Protocol):
    """A running llama.cpp server."""

    @property
    def listening_address(self) -> str:
        """Its address, such as `http://127.0.0.1:40123`."""
        ...


def serve(
    path: Path, *, context_tokens: int = CONTEXT_TOKENS, chat_template: str = "", threads: int = 1
) -> Served:
    """Start a server of the model; it ends when the object is let go of.

    `chat_template` replaces the file's own, for models whose own does not show them the tools.
    Raises `ConfigurationError` for a file that is missing or no model.
    """
    import xllamacpp

    if not path.is_file():
        raise ConfigurationError(f"There is no file {str(path)!r}. Name a GGUF file of a model.")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {"local"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cache_ram_mib = 256
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.sampling.temp = 0.0
    params.use_jinja = True
    params.ui = False
    params.verbosity = 0
    if chat_template:
        params.chat_template = chat_template
    try:
        server: Served = xllamacpp.Server(params)
    except RuntimeError as error:
        raise ConfigurationError(f"{str(path)!r} cannot be loaded as a model: {error}") from error
    return server


class LocalModel:
    """A GGUF file as a chat model."""

    def __init__(
        self,
        path: str,
        *,
        name: str = "",
        stall_seconds: float = 60.0,
        context_tokens: int = CONTEXT_TOKENS,
        chat_template: str = "",
    ) -> None:
        self._path = Path(path).expanduser()
        self._name = name or f"local:{path}"
        self._stall_seconds = stall_seconds
        self._context_tokens = context_tokens
        self._chat_template = chat_template
        self._starting = asyncio.Lock()
        self._served: Served | None = None
        self._model: OpenAIModel | None = None

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message; the first call loads the file."""
        return self._parts(request)

    async def close(self) -> None:
        """Stop the server and free its memory."""
        model, self._model, served, self._served = self._model, None, self._served, None
        if model is not None:
            await model.close()
        del served

    async def _parts(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        model = await self._started()
        async with aclosing(model.stream(request)) as parts:
            async for part in parts:
                yield part

    async def _started(self) -> OpenAIModel:
        async with self._starting:
            if self._model is None:
                from openai import AsyncOpenAI

                self._served = await asyncio.to_thread(
                    serve,
                    self._path,
                    context_tokens=self._context_tokens,
                    chat_template=self._chat_template,
                )
                client = AsyncOpenAI(
                    base_url=f"{self._served.listening_address}/v1",
                    api_key="local",
                    max_retries=0,
                    timeout=self._stall_seconds,
                )
                self._model = OpenAIModel(
                    client, Manner(model="local", name=self._name, price=Free())
                )
            return self._model
