"""Origins: where each setting comes from."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AliasChoices, SecretStr
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from surefoot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One setting that is in force."""

    name: str
    shown: str
    """Its value; a secret is never shown."""
    where: str


def origins_of(settings: Settings, *, by_option: frozenset[str]) -> list[Origin]:
    """Return every setting that is not left at its default, and where it comes from."""
    environment = set(EnvSettingsSource(Settings)())
    file = set(TomlConfigSettingsSource(Settings)())
    found: list[Origin] = []
    for name, field in Settings.model_fields.items():
        names = {name}
        if isinstance(alias := field.validation_alias, AliasChoices):
            names |= {choice for choice in alias.choices if isinstance(choice, str)}
        if name in by_option:
            where = "an option of this command"
        elif names & environment:
            where = "the environment"
        elif names & file:
            where = "surefoot.toml"
        else:
            continue
        found.append(Origin(name=name, shown=_shown(getattr(settings, name)), where=where))
    return found


def _shown(value: object) -> str:
    return "set" if isinstance(value, SecretStr) else str(value)
