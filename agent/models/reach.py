"""Reach: whether a provider can be used from here, and what it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from surefoot.errors import ConfigurationError
from surefoot.settings import Settings

from .choose import chosen
from .diagnosis import as_fault
from .providers import price_of

_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How one provider is."""

    provider: str
    model: str
    """The model that is or would be used."""
    is_configured: bool
    is_reachable: bool | None = None
    """None when it was not tried."""
    models: tuple[str, ...] = ()
    """What it says it has."""
    is_priced: bool = False
    trouble: str = ""
    """What keeps it from being used, and what to do."""


async def reach(settings: Settings, defaults: dict[str, str]) -> list[Reach]:
    """Look at each provider that the settings could lead to, all of them at once.

    `defaults` names a model of each.
    """
    named = [settings.model or chosen(settings).name, *settings.models.tiers]
    names = dict(defaults)
    for name in (*named, *settings.models.fallback):
        provider = name.partition(":")[0]
        if provider != "embedded":
            names[f"{provider}@{name}" if provider not in defaults else provider] = name
    return await asyncio.gather(*(_one(name, settings) for name in names.values()))


async def _one(name: str, settings: Settings) -> Reach:
    provider, _, model = name.partition(":")
    priced = price_of(name, settings) is not None
    if provider == "local":
        return _local(name, model)
    keys = {"openai": settings.openai_api_key, "anthropic": settings.anthropic_api_key}
    if provider in keys and keys[provider] is None:
        trouble = f"Set {provider.upper()}_API_KEY to use it."
        return Reach(
            provider=provider, model=name, is_configured=False, is_priced=priced, trouble=trouble
        )
    lists = _anthropic if provider == "anthropic" else _openai
    key = keys.get(provider, settings.openai_api_key)
    secret = "" if key is None else key.get_secret_value()
    models, trouble = await _listed(name, lambda: lists(name, settings), secret)
    return Reach(
        provider=provider,
        model=name,
        is_configured=True,
        is_reachable=not trouble,
        models=models,
        is_priced=priced,
        trouble=trouble,
    )


def _local(name: str, path: str) -> Reach:
    is_there = Path(path).expanduser().is_file()
    return Reach(
        provider="local",
        model=name,
        is_configured=True,
        is_reachable=is_there,
        is_priced=True,
        trouble="" if is_there else f"There is no file {path!r}. Name a GGUF file.",
    )


async def _listed(
    name: str, models: Callable[[], Awaitable[tuple[str, ...]]], secret: str
) -> tuple[tuple[str, ...], str]:
    try:
        return await models(), ""
    except (ConfigurationError, ImportError) as error:
        return (), str(error)
    except Exception as error:
        return (), str(as_fault(name, error, secret=secret))


async def _openai(name: str, settings: Settings) -> tuple[str, ...]:
    from openai import AsyncOpenAI

    url = name.partition("@")[2] or settings.openai_base_url
    key = settings.openai_api_key
    client = AsyncOpenAI(
        base_url=url,
        api_key=key.get_secret_value() if key else "none",
        max_retries=0,
        timeout=_SECONDS,
    )
    async with client:
        return tuple([model.id async for model in client.models.list()])


async def _anthropic(name: str, settings: Settings) -> tuple[str, ...]:
    from anthropic import AsyncAnthropic

    assert settings.anthropic_api_key is not None, "its key was looked for before"
    client = AsyncAnthropic(
        base_url=settings.anthropic_base_url,
        api_key=settings.anthropic_api_key.get_secret_value(),
        max_retries=0,
        timeout=_SECONDS,
    )
    async with client:
        return tuple([model.id async for model in client.models.list()])
