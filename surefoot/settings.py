"""Settings: read once at the edge and passed down."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import ConfigurationError
from .limits import Limits, OwnKnowledge, ReleasePolicy, ThreadPolicy


class ModelSettings(BaseModel):
    """How models are called: retries, fallbacks, routing, spending, caching."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fallback: tuple[str, ...] = ()
    """Models that are asked in turn when the first cannot answer."""
    tiers: tuple[str, ...] = ()
    """Models from small to large: easy turns go to the first, troubled ones to later ones."""
    attempts: int = Field(default=3, ge=1)
    """How often one model is asked before the next is."""
    attempt_seconds: float = Field(default=120.0, gt=0)
    total_seconds: float = Field(default=240.0, gt=0)
    """For all attempts of one call, waiting included."""
    stall_seconds: float = Field(default=60.0, gt=0)
    """How long a provider may keep silent."""
    concurrency: int = Field(default=16, ge=0)
    """Calls that one provider is given at once; 0 sets no limit."""
    streaming: bool = True
    """Off for servers that cannot stream tool calls."""
    reasoning: Literal["low", "medium", "high"] | None = None
    """How hard a model thinks before it speaks, where it can; None leaves that to the model."""
    thinking_tokens: int | None = Field(default=None, ge=1024)
    """What older models of Anthropic, which know no effort, may think in tokens."""
    max_output_tokens: int = Field(default=8192, ge=1)
    """What one message of Anthropic's may take, and what a call is taken to cost at most."""
    context_tokens: int | None = Field(default=None, ge=256)
    """What a prompt may take; None goes by the model, where that is known."""
    price_input_usd: float | None = Field(default=None, ge=0)
    """US dollars for a million tokens, for models that no list of prices names."""
    price_output_usd: float | None = Field(default=None, ge=0)
    call_cost_usd: float | None = Field(default=None, gt=0)
    call_tokens: int | None = Field(default=None, ge=1)
    user_day_cost_usd: float | None = Field(default=None, gt=0)
    """For one user of a tenant and one day, UTC."""
    user_day_tokens: int | None = Field(default=None, ge=1)
    day_cost_usd: float | None = Field(default=None, gt=0)
    """For everybody together and one day, UTC."""
    day_tokens: int | None = Field(default=None, ge=1)
    cache: Literal["off", "exact", "semantic"] = "off"
    """Whether answers of models are kept and given again."""
    cache_seconds: float = Field(default=3600.0, gt=0)
    cache_similarity: float = Field(default=0.95, gt=0, le=1)
    """How alike two questions must be for the semantic cache."""


class McpServerSettings(BaseModel):
    """An MCP server whose tools every run may use: `url`, or the `command` that starts it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    command: tuple[str, ...] = ()
    env: dict[str, SecretStr] | None = None
    """The whole environment of the command; None passes on a harmless part of ours."""
    only: tuple[str, ...] | None = None
    """The tools to use; None uses all."""
    looks_only: tuple[str, ...] = ()
    """The tools that change nothing and so need not ask."""
    timeout_seconds: float = Field(default=30.0, gt=0)


class ToolSettings(BaseModel):
    """Where programs run, and whose tools are used besides our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sandbox: Literal["local", "e2b", "monty", "off"] = "local"
    """Where `run_code` runs: a jail on this machine, E2B's cloud, Monty, or nowhere."""
    scripts: bool = False
    """Whether models may write scripts that call tools, which Monty runs."""
    mcp: dict[str, McpServerSettings] = Field(default_factory=dict)
    """MCP servers by the name that their tools' names begin with."""


class MemorySettings(BaseModel):
    """Where vectors are kept, what is learned of people by itself, and how long it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chroma: str | None = None
    """The address of a Chroma server, such as `http://127.0.0.1:8000`; None keeps them here."""
    reranker: Path | None = None
    """A folder with a `model.onnx` and its `tokenizer.json` that put found passages in order."""
    learning: Literal["auto", "rules", "model", "off"] = "auto"
    """Who looks through finished turns for facts: `auto` is the model where a provider's is set."""
    turn_days: int | None = Field(default=None, ge=1)
    """Days after which turns are deleted; None keeps them."""
    fact_days: int | None = Field(default=None, ge=1)
    """Days after which facts are deleted that nobody has said or used since."""
    history_days: int | None = Field(default=None, ge=1)
    """Days after which facts are deleted that hold no longer."""
    turns_per_thread: int | None = Field(default=None, ge=1)
    facts_per_person: int | None = Field(default=None, ge=1)


class CheckSettings(BaseModel):
    """What an assistant checks besides what it checks anyway."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meaning: bool = False
    """Whether claims that words in common leave open are read for meaning by the embedder."""


class _OwnTables(TomlConfigSettingsSource):
    """`surefoot.toml` without the table `server`, which the server reads."""

    def __call__(self) -> dict[str, object]:
        return {name: value for name, value in super().__call__().items() if name != "server"}


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
    openai_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("SUREFOOT_OPENAI_BASE_URL", "OPENAI_BASE_URL")
    )
    anthropic_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SUREFOOT_ANTHROPIC_BASE_URL", "ANTHROPIC_BASE_URL"),
    )
    e2b_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("SUREFOOT_E2B_API_KEY", "E2B_API_KEY")
    )
    models: ModelSettings = Field(default_factory=ModelSettings)
    """Retries, fallbacks, routing, spending and caching of model calls."""
    tools: ToolSettings = Field(default_factory=ToolSettings)
    """Where programs run, and whose tools are used besides our own."""
    memory: MemorySettings = Field(default_factory=MemorySettings)
    checks: CheckSettings = Field(default_factory=CheckSettings)
    release: ReleasePolicy = "hold"
    own_knowledge: OwnKnowledge = "withhold"
    """Whether what a model knows by itself is left out or said with a mark."""
    busy_thread: ThreadPolicy = "enqueue"
    limits: Limits = Field(default_factory=Limits)
    tenant: str = "default"
    instructions: str = ""
    """Added to the system prompt."""
    max_question_chars: int = Field(default=100_000, ge=1)
    log_file: bool = True
    """Whether commands write troubles to `surefoot.log` in the data folder."""
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
        return init_settings, env_settings, _OwnTables(settings_cls)

    @classmethod
    def load(cls) -> Settings:
        """Read the settings, or say in one line which is wrong."""
        _refuse_misspelt(cls.model_fields)
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            variable = f"SUREFOOT_{name.upper().replace('.', '__')}"
            if first["type"] == "extra_forbidden":
                raise ConfigurationError(
                    f"There is no setting {name!r}{_meant(name, cls.model_fields)}. Mend "
                    f"surefoot.toml, or unset {variable}."
                ) from None
            raise ConfigurationError(
                f"Setting {name!r} is not valid: {first['msg']}. "
                f"Set {variable} or mend surefoot.toml."
            ) from None
        except ValueError as error:
            raise ConfigurationError(f"surefoot.toml cannot be read: {error}") from None


def _refuse_misspelt(names: Iterable[str]) -> None:
    """Refuse a variable that is nearly one of ours; others may be somebody else's."""
    known = set(names)
    for variable in os.environ:
        name = variable.removeprefix("SUREFOOT_").partition("__")[0].lower()
        if not variable.startswith("SUREFOOT_") or name in known or name.startswith(_OTHERS):
            continue
        if meant := _meant(name, known):
            raise ConfigurationError(f"There is no setting {variable!r}{meant}. Unset it.")


_OTHERS = ("server_", "slack_")
"""What the server and Slack read by themselves."""


def _meant(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f": perhaps {near[0]!r} was meant" if near else ""
