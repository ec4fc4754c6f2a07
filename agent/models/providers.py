"""Providers: a model from its name, each through its own SDK and with nothing around it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from pydantic import SecretStr

from surefoot.errors import ConfigurationError
from surefoot.memory import Embedder
from surefoot.model import ChatModel
from surefoot.settings import Settings

from .prices import FlatPrice, Free, Price, listing

if TYPE_CHECKING:
    from openai import Timeout

    from .hosted import Manner

FORMS = (
    "openai:MODEL, anthropic:MODEL, openai-compatible:MODEL@URL (a server such as vLLM, Ollama or "
    "llama.cpp), local:PATH (a GGUF file), or embedded"
)


def make_model(
    name: str,
    settings: Settings,
    embedder: Embedder,
    *,
    max_output_tokens: int | None = None,
    for_batches: bool = False,
) -> ChatModel:
    """Make the model of that name. Raises `ConfigurationError` that says what is missing.

    What is `for_batches` speaks the protocol that its provider takes batches in.
    """
    provider, _, model = name.partition(":")
    match provider:
        case "embedded":
            return _embedded(embedder)
        case "openai" if model:
            key = _key(settings.openai_api_key, "OPENAI_API_KEY")
            url = settings.openai_base_url
            return _openai(
                name, model, url, key, settings, max_output_tokens, for_batches=for_batches
            )
        case "openai-compatible" if "@" in model:
            served, _, url = model.partition("@")
            key = settings.openai_api_key or SecretStr("none")
            return _openai(name, served, url, key, settings, max_output_tokens)
        case "anthropic" if model:
            key = _key(settings.anthropic_api_key, "ANTHROPIC_API_KEY")
            return _anthropic(name, model, key, settings, max_output_tokens)
        case "local" if model:
            return _local(name, model, settings)
        case _:
            raise ConfigurationError(f"{name!r} names no model. Write {FORMS}.")


def price_of(name: str, settings: Settings) -> Price | None:
    """Return a model's price: the list's, or what the operator states for others, or None."""
    provider, _, model = name.partition(":")
    if provider in ("embedded", "local"):
        return Free()
    listed = listing(provider, model).price if provider in ("openai", "anthropic") else None
    stated = settings.models
    if (
        listed is None
        and stated.price_input_usd is not None
        and stated.price_output_usd is not None
    ):
        return FlatPrice(input_usd=stated.price_input_usd, output_usd=stated.price_output_usd)
    return listed


def window_of(name: str, settings: Settings) -> int | None:
    """Return what a prompt for the model may take, where that is set or known."""
    provider, _, model = name.partition(":")
    if settings.models.context_tokens is not None:
        return settings.models.context_tokens
    known = listing(provider, model).context_tokens if provider in ("openai", "anthropic") else None
    return None if known is None else max(known // 2, known - settings.models.max_output_tokens)


def provider_of(name: str) -> str:
    """Return whose outages and limits a model shares: its provider, or its server."""
    provider, _, model = name.partition(":")
    return f"{provider}@{model.partition('@')[2]}" if "@" in model else provider


def _key(key: SecretStr | None, variable: str) -> SecretStr:
    if key is None:
        raise ConfigurationError(f"{variable} is not set. Set it, or choose another model.")
    return key


def _needs(package: str, extra: str) -> None:
    if find_spec(package) is None:
        raise ConfigurationError(
            f"The package {package!r} is not installed. Install it with `pip install "
            f"'surefoot[{extra}]'`."
        )


def _embedded(embedder: Embedder) -> ChatModel:
    from .embedded import EmbeddedPlanner
    from .langchain import LangChainModel

    return LangChainModel(
        EmbeddedPlanner(embed=embedder.embed),
        name="embedded",
        says_when_done=True,
        price=Free(),
        takes_images=False,
    )


def _openai(
    name: str,
    model: str,
    url: str | None,
    key: SecretStr,
    settings: Settings,
    max_output_tokens: int | None,
    *,
    for_batches: bool = False,
) -> ChatModel:
    _needs("openai", "openai")
    from openai import AsyncOpenAI

    from .openai import OpenAIModel
    from .responses import ResponsesModel

    client = AsyncOpenAI(
        base_url=url, api_key=key.get_secret_value(), max_retries=0, timeout=_timeout(settings)
    )
    manner = _manner(name, model, settings, max_output_tokens)
    is_own = name.startswith("openai:")
    if is_own and manner.effort is not None and not for_batches:
        return ResponsesModel(client, manner)
    return OpenAIModel(client, manner, speaks_all=is_own)


def _anthropic(
    name: str, model: str, key: SecretStr, settings: Settings, max_output_tokens: int | None
) -> ChatModel:
    _needs("anthropic", "anthropic")
    from anthropic import AsyncAnthropic, Timeout

    from .anthropic import AnthropicModel

    stall = settings.models.stall_seconds
    client = AsyncAnthropic(
        base_url=settings.anthropic_base_url,
        api_key=key.get_secret_value(),
        max_retries=0,
        timeout=Timeout(stall, connect=min(stall, 10.0)),
    )
    most = max_output_tokens or settings.models.max_output_tokens
    return AnthropicModel(
        client,
        _manner(name, model, settings, most),
        thinking_tokens=settings.models.thinking_tokens,
    )


def _manner(name: str, model: str, settings: Settings, max_output_tokens: int | None) -> Manner:
    from .hosted import Manner

    return Manner(
        model=model,
        name=name,
        price=price_of(name, settings),
        max_output_tokens=max_output_tokens,
        streams=settings.models.streaming,
        effort=settings.models.reasoning,
    )


def _local(name: str, path: str, settings: Settings) -> ChatModel:
    _needs("xllamacpp", "local")
    _needs("openai", "local")
    from .local import CONTEXT_TOKENS, LocalModel

    layer = settings.models
    return LocalModel(
        path,
        name=name,
        stall_seconds=layer.stall_seconds,
        context_tokens=layer.context_tokens or CONTEXT_TOKENS,
    )


def _timeout(settings: Settings) -> Timeout:
    from openai import Timeout

    stall = settings.models.stall_seconds
    return Timeout(stall, connect=min(stall, 10.0))
