"""Server settings: read once at the edge and passed down."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from surefoot.errors import ConfigurationError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _ServerTable(TomlConfigSettingsSource):
    """The table `server` of `surefoot.toml`."""

    def __call__(self) -> dict[str, object]:
        table = super().__call__().get("server", {})
        if not isinstance(table, dict):
            raise ConfigurationError("`server` in surefoot.toml is no table: write `[server]`.")
        return table


class ServerSettings(BaseSettings):
    """Arguments, then `SUREFOOT_SERVER_…` variables, then `[server]` in `surefoot.toml`, then these
    defaults for one person's own machine."""

    model_config = SettingsConfigDict(
        env_prefix="SUREFOOT_SERVER_", toml_file="surefoot.toml", frozen=True, extra="forbid"
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    auth: Literal["auto", "required", "none"] = "auto"
    """`auto` asks for keys or tokens where some are set up, and where the bind is public."""
    allow_public_without_auth: bool = False
    """Say so to let anybody who reaches the port use everything."""
    keys_file: Path | None = None
    """Where API keys are kept, hashed; by default `keys.json` in the data folder."""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwt_keys: str = ""
    """A JWKS file or URL; with it, bearer tokens of the issuer are accepted."""
    jwt_user_claim: str = "sub"
    jwt_tenant_claim: str = "tenant"
    """Without the claim, the tenant is the settings' own."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages of these origins may use the server, beside its own."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which the server may be called when it asks for no key; loopback always."""
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_question_bytes: int = Field(default=20_000_000, ge=1_000)
    """A question's body, over HTTP, with the pictures in it."""
    max_upload_bytes: int = Field(default=50_000_000, ge=1_000)
    max_uploads: int = Field(default=1_000, ge=1)
    """Files that one tenant may keep."""
    max_sockets: int = Field(default=4_000, ge=1)
    requests_per_minute: int = Field(default=600, ge=0)
    """Per key, 0 for no limit; a key may have its own."""
    concurrent_runs: int = Field(default=16, ge=0)
    """Per key, 0 for no limit; a key may have its own."""
    socket_frames_per_second: int = Field(default=100, ge=1)
    send_timeout_seconds: float = Field(default=10.0, gt=0)
    """A client that takes nothing for so long is told to come back and resume."""
    heartbeat_seconds: float = Field(default=15.0, gt=0)
    drain_seconds: float = Field(default=20.0, ge=0)
    """How long runs may go on when the server is asked to stop; the rest is resumed."""
    retention_days: float = Field(default=0, ge=0)
    """Runs that ended longer ago are erased; 0 keeps them."""
    log_json: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the file behind the environment."""
        return init_settings, env_settings, _ServerTable(settings_cls)

    @classmethod
    def load(cls, **given: object) -> ServerSettings:
        """Read the settings, or say in one line which is wrong."""
        try:
            return cls(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = "_".join(str(part) for part in first["loc"])
            raise ConfigurationError(
                f"Server setting {name!r} is not valid: {first['msg']}. "
                f"Set SUREFOOT_SERVER_{name.upper()} or mend `[server]` in surefoot.toml."
            ) from None

    @property
    def is_public(self) -> bool:
        """True when machines other than this one can reach the port."""
        return self.host not in LOOPBACK
