"""Slack settings: read once at the edge and passed down."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from surefoot.errors import ConfigurationError

PREFIX = "SUREFOOT_SLACK_"


def _named(name: str) -> AliasChoices:
    """Take Slack's own name of a secret too, as its tools and guides write it."""
    return AliasChoices(f"{PREFIX}{name}", f"SLACK_{name}")


class SlackSettings(BaseSettings):
    """Arguments, then `SUREFOOT_SLACK_…` variables, then defaults for one workspace."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", populate_by_name=True
    )

    bot_token: SecretStr | None = Field(default=None, validation_alias=_named("BOT_TOKEN"))
    """`xoxb-…`, for one workspace."""
    app_token: SecretStr | None = Field(default=None, validation_alias=_named("APP_TOKEN"))
    """`xapp-…`, for Socket Mode."""
    signing_secret: SecretStr | None = Field(
        default=None, validation_alias=_named("SIGNING_SECRET")
    )
    """What requests to `/slack/events` are signed with."""
    client_id: str = Field(default="", validation_alias=_named("CLIENT_ID"))
    client_secret: SecretStr | None = Field(default=None, validation_alias=_named("CLIENT_SECRET"))
    """With the client id: workspaces install the app themselves, at `/slack/install`."""
    config_token: SecretStr | None = None
    """`xoxe.xoxp-…`, an app configuration token, with which `surefoot doctor` reads the app's
    manifest."""
    encryption_key: SecretStr | None = None
    """A Fernet key, or several separated by commas, the newest first; tokens of workspaces are
    kept encrypted with it."""
    redirect_url: str = ""
    """Where an installation comes back to, where the app has several such addresses."""
    inbox: Path | None = None
    """Where messages are kept until they are answered; by default `slack.db` in the data folder.
    Replicas on one machine share a file."""
    api_url: str = "https://slack.com/api/"
    approvers: Literal["asker", "anyone"] | tuple[str, ...] = "asker"
    """Who may decide on calls that wait: whoever asked, anyone in the conversation, or the people
    with these ids."""
    concurrent_answers: int = Field(default=64, ge=1)
    questions_per_minute: int = Field(default=0, ge=0)
    """What one person may ask, 0 for no limit; what is more is answered by saying so."""
    stream_seconds: float = Field(default=1.0, ge=0)
    """The least time between two pieces of a streamed answer."""
    update_seconds: float = Field(default=3.0, ge=0)
    """The least time between two updates of an answer that is not streamed."""
    stop_button_seconds: float = Field(default=5.0, ge=0)
    """How long an answer may take before a button to stop it is shown."""
    retry_seconds: float = Field(default=1.0, gt=0)
    """How long to wait before a call is made again whose outcome is not clear; then ever longer."""
    lease_seconds: float = Field(default=15.0, gt=0)
    """How long a replica that has died keeps its messages from the others."""
    max_file_bytes: int = Field(default=50_000_000, ge=1)

    @classmethod
    def load(cls, **given: object) -> SlackSettings:
        """Read the settings, or say in one line which is wrong."""
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = "_".join(str(part) for part in first["loc"]).removeprefix(PREFIX)
            raise ConfigurationError(
                f"Slack setting {name.lower()!r} is not valid: {first['msg']}. "
                f"Set {PREFIX}{name.upper()} to something else."
            ) from None

    @property
    def serves_http(self) -> bool:
        """True when events may come over HTTP."""
        return self.signing_secret is not None and (self.bot_token is not None or self.installs)

    @property
    def installs(self) -> bool:
        """True when workspaces install the app themselves."""
        return bool(self.client_id) and self.client_secret is not None
