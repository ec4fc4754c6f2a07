"""Settings: read once at the edge and passed down."""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import ConfigurationError
from .limits import Limits, ReleasePolicy, ThreadPolicy


class Settings(BaseSettings):
    """Arguments, then `SUREFOOT_…` variables, then `surefoot.toml`, then these defaults."""

    model_config = SettingsConfigDict(
        env_prefix="SUREFOOT_",
        env_nested_delimiter="__",
        toml_file="surefoot.toml",
        extra="forbid",
        frozen=True,
        populate_by_name=True,
    )

    data_dir: Path = Path(".surefoot")
    """Everything a single machine keeps: memory, checkpoints, event log, tables."""
    model: str = ""
    """`provider:model`; empty picks a provider whose key is set, else the embedded planner."""
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("SUREFOOT_OPENAI_API_KEY", "OPENAI_API_KEY")
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SUREFOOT_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"),
    )
    release: ReleasePolicy = "hold"
    busy_thread: ThreadPolicy = "enqueue"
    limits: Limits = Field(default_factory=Limits)
    tenant: str = "default"
    instructions: str = ""
    """Added to the system prompt."""
    max_question_chars: int = Field(default=100_000, ge=1)
    debug: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put `surefoot.toml` behind the environment."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls) -> Settings:
        """Read the settings, or say in one line which is wrong."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(
                f"Setting {name!r} is not valid: {first['msg']}. "
                f"Set SUREFOOT_{name.upper().replace('.', '__')} or mend surefoot.toml."
            ) from None
        except ValueError as error:
            raise ConfigurationError(f"surefoot.toml cannot be read: {error}") from None
