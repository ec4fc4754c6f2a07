"""Sandbox: a place where code that nobody has read may run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from pydantic import JsonValue

from surefoot.errors import ConfigurationError

NO_INPUTS: Mapping[str, JsonValue] = MappingProxyType({})


class SandboxUnavailable(ConfigurationError):
    """No confinement can be enforced here, so nothing is run at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramError:
    """Why a program did not come to its end."""

    name: str
    """The exception's class, or `Timeout` or `SessionDied` when there was none to catch."""
    message: str
    traceback: str = ""
    """The program's own lines only, shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What came of running one program. Every part of it is the program's word, not ours."""

    stdout: str = ""
    stderr: str = ""
    result: JsonValue = None
    """The value of the last expression, when it is JSON; `shown` is then not None either."""
    is_json: bool = False
    """True when `result` is that value; False when there is none or it is not JSON."""
    shown: str | None = None
    """The value of the last expression as Python shows it; None when there is none."""
    error: ProgramError | None = None
    images: tuple[bytes, ...] = ()
    """The figures it left open, as PNG."""
    truncated: tuple[str, ...] = ()
    """What was cut at a limit: `stdout`, `stderr`, `result`, `images`."""
    restarted: bool = False
    """True when this session had run before and its variables are gone."""
    seconds: float = 0.0


class Sandbox(Protocol):
    """Runs programs in sessions that keep their variables from one program to the next.

    Programs of one session run one after the other, those of different sessions side by side.
    """

    async def run(
        self,
        code: str,
        *,
        session: str,
        inputs: Mapping[str, JsonValue] = NO_INPUTS,
        timeout_seconds: float = 20.0,
    ) -> Execution:
        """Run `code` with `inputs` as variables. Raises `SandboxUnavailable`.

        What the program raises is part of the result. Cancelling stops the program and ends its
        session; a timeout stops the program and keeps the session when it can.
        """
        ...

    async def reset(self, session: str) -> None:
        """End a session; the next program in it starts from nothing."""
        ...

    async def close(self) -> None:
        """End all sessions and leave nothing behind."""
        ...
