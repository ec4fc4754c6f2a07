"""Choosing a model: from its name, or from the keys that are there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from surefoot.errors import ConfigurationError
from surefoot.memory import Embedder
from surefoot.model import ChatModel
from surefoot.settings import Settings

from .langchain import LangChainModel

OPENAI_DEFAULT = "gpt-5-mini"
ANTHROPIC_DEFAULT = "claude-sonnet-4-5"
"""What a key alone gets; name another with `SUREFOOT_MODEL`."""

FORMS = (
    "openai:MODEL, anthropic:MODEL, openai-compatible:MODEL@URL (a server such as vLLM, Ollama or "
    "llama.cpp), or embedded"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which model a set-up leads to, and why."""

    name: str
    why: str


def chosen(settings: Settings) -> Choice:
    """Return the model's name that the settings lead to."""
    if settings.model:
        return Choice(name=settings.model, why="SUREFOOT_MODEL or surefoot.toml names it")
    if settings.openai_api_key is not None:
        return Choice(name=f"openai:{OPENAI_DEFAULT}", why="OPENAI_API_KEY is set")
    if settings.anthropic_api_key is not None:
        return Choice(name=f"anthropic:{ANTHROPIC_DEFAULT}", why="ANTHROPIC_API_KEY is set")
    return Choice(name="embedded", why="no model is named and no provider's key is set")


def make_model(name: str, settings: Settings, embedder: Embedder) -> ChatModel:
    """Make the model of that name. Raises `ConfigurationError` that says what is missing."""
    provider, _, model = name.partition(":")
    match provider:
        case "embedded":
            return _embedded(embedder)
        case "openai" if model:
            return _openai(name, model, None, _key(settings.openai_api_key, "OPENAI_API_KEY"))
        case "openai-compatible" if "@" in model:
            served, _, url = model.partition("@")
            key = settings.openai_api_key or SecretStr("none")
            return _openai(name, served, url, key)
        case "anthropic" if model:
            return _anthropic(name, model, _key(settings.anthropic_api_key, "ANTHROPIC_API_KEY"))
        case _:
            raise ConfigurationError(f"{name!r} names no model. Write {FORMS}.")


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

    model: BaseChatModel = EmbeddedPlanner(embed=embedder.embed)
    return LangChainModel(model, name="embedded", says_when_done=True)


def _openai(name: str, model: str, url: str | None, key: SecretStr) -> ChatModel:
    _needs("langchain_openai", "openai")
    from langchain_openai import ChatOpenAI

    client = ChatOpenAI(model=model, base_url=url, api_key=key, stream_usage=True, max_retries=2)
    return LangChainModel(client, name=name, says_when_done=True)


def _anthropic(name: str, model: str, key: SecretStr) -> ChatModel:
    _needs("langchain_anthropic", "anthropic")
    from langchain_anthropic import ChatAnthropic

    client = ChatAnthropic(model=model, api_key=key, max_retries=2, timeout=None, stop=None)
    return LangChainModel(client, name=name, says_when_done=True)
