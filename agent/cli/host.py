"""The host: what every command is told about where it runs, and how it gets an assistant."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

if TYPE_CHECKING:
    from surefoot.limits import ReleasePolicy
    from surefoot.settings import Settings

    from ..assistant import Assistant

Command = TypeVar("Command", bound=Callable[..., object])


class MakeAssistant(Protocol):
    """Makes the assistant that a command asks."""

    def __call__(
        self, *, settings: Settings, model: str | None, release: ReleasePolicy | None
    ) -> Assistant: ...


def plain_assistant(
    *, settings: Settings, model: str | None, release: ReleasePolicy | None
) -> Assistant:
    """Make an assistant with the built-in tools."""
    from ..assistant import Assistant

    return Assistant(settings=settings, model=model, release=release)


@dataclass(slots=True, kw_only=True)
class Host:
    """Options that every command has, and the parts that a test or another program may give."""

    make_assistant: MakeAssistant = plain_assistant
    can_ask: bool | None = None
    """Whether a person can be asked; None asks standard input whether it is a terminal."""
    is_terminal: bool | None = None
    """Whether a person reads along; None asks standard output whether it is a terminal."""
    data_dir: Path | None = None
    model: str | None = None
    debug: bool = False
    log: Path | None = None
    """Where troubles are written to, once the settings are read."""

    def settings(self) -> Settings:
        """Read the settings, with this command's options before them."""
        from surefoot.settings import Settings

        settings = Settings.load()
        self.debug = self.debug or settings.debug
        if self.data_dir is not None:
            settings = settings.model_copy(update={"data_dir": self.data_dir})
        self._set_up_logging(settings)
        return settings

    @property
    def has_person(self) -> bool:
        """True when somebody can answer a question."""
        return sys.stdin.isatty() if self.can_ask is None else self.can_ask

    @property
    def has_reader(self) -> bool:
        """True when standard output is a terminal."""
        return sys.stdout.isatty() if self.is_terminal is None else self.is_terminal

    def _set_up_logging(self, settings: Settings) -> None:
        """Send troubles to the log file, and with `debug` all that is logged to standard error."""
        from ..telemetry import LogFile, hiding

        logger = logging.getLogger("surefoot")
        logger.handlers = [
            logging.StreamHandler(sys.stderr) if self.debug else logging.NullHandler()
        ]
        logger.propagate = False
        if settings.log_file:
            log_file = LogFile(settings.data_dir, hide=hiding(settings))
            logger.addHandler(log_file)
            self.log = log_file.path


def _keep(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    def keep(ctx: click.Context, _: click.Parameter, value: object) -> None:
        if value is not None and value is not False:
            setattr(ctx.ensure_object(Host), name, value)

    return keep


def with_settings(command: Command) -> Command:
    """Give a command the options that come before all settings."""
    folder = click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        callback=_keep("data_dir"),
        expose_value=False,
        help="The folder that everything is kept in, instead of the one in the settings.",
    )
    debug = click.option(
        "--debug",
        is_flag=True,
        callback=_keep("debug"),
        expose_value=False,
        help="Show the log and, when something fails, the traceback.",
    )
    return folder(debug(command))


def with_model(command: Command) -> Command:
    """Give a command the option that names a model."""
    return click.option(
        "--model",
        metavar="NAME",
        callback=_keep("model"),
        expose_value=False,
        help="The model, such as openai:MODEL or embedded, instead of the one in the settings.",
    )(command)
