"""Choosing a model: from what the settings name, or from the keys that are there."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.settings import Settings

OPENAI_DEFAULT = "gpt-5-mini"
ANTHROPIC_DEFAULT = "claude-sonnet-5-5"
"""What a key alone gets; name another with `SUREFOOT_MODEL`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which model a set-up leads to, and why."""

    name: str
    why: str


def chosen(settings: Settings) -> Choice:
    """Return the model's name that the settings lead to."""
    if settings.model:
        return Choice(name=settings.model, why="SUREFOOT_MODEL or surefoot.toml names it")
    if settings.models.tiers:
        return Choice(name=settings.models.tiers[0], why="it is the first of the tiers")
    if settings.openai_api_key is not None:
        return Choice(name=f"openai:{OPENAI_DEFAULT}", why="OPENAI_API_KEY is set")
    if settings.anthropic_api_key is not None:
        return Choice(name=f"anthropic:{ANTHROPIC_DEFAULT}", why="ANTHROPIC_API_KEY is set")
    return Choice(name="embedded", why="no model is named and no provider's key is set")
