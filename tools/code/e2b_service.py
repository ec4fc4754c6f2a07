"""The service of E2B as this room uses it: what its SDK offers, and what its errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from .sandbox import SandboxUnavailable


class Context(Protocol):
    """An interpreter on a machine."""

    @property
    def id(self) -> str:
        """How the service calls it."""
        ...


class ErrorTold(Protocol):
    """An exception as the service tells it."""

    name: str
    value: str
    traceback: str


class ResultTold(Protocol):
    """A value as the service tells it, in several shapes."""

    text: str | None
    png: str | None
    json: object
    is_main_result: bool


class LogsTold(Protocol):
    """What a program printed, in pieces."""

    stdout: list[str]
    stderr: list[str]


class Ran(Protocol):
    """What the service says about one program."""

    logs: LogsTold
    error: ErrorTold | None

    @property
    def results(self) -> Sequence[ResultTold]:
        """The values it showed; the last expression's is the main one."""
        ...


class Machine(Protocol):
    """One machine of the service."""

    async def run_code(self, code: str, *, context: Context, timeout: float) -> Ran:  # noqa: ASYNC109
        """Run a program."""
        ...

    async def create_code_context(self) -> Context:
        """Start an interpreter."""
        ...

    async def remove_code_context(self, context: Context) -> None:
        """End an interpreter."""
        ...

    async def set_timeout(self, timeout: int) -> None:  # noqa: ASYNC109
        """Keep the machine for so many seconds from now."""
        ...

    async def kill(self) -> bool:
        """Give the machine back."""
        ...


class Service(Protocol):
    """Where machines come from."""

    async def create(self, **options: object) -> Machine:
        """Start a machine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """The SDK, with its exceptions sorted by what they mean for a session."""

    service: Service
    gone: tuple[type[Exception], ...]
    """The machine or the interpreter is no longer there."""
    refused: tuple[type[Exception], ...]
    """The key is not good."""
    failed: tuple[type[Exception], ...]
    """Anything else that went wrong on the way."""


def load_sdk() -> Sdk:
    """Load the SDK when it is first needed."""
    try:
        interpreter, sdk = import_module("e2b_code_interpreter"), import_module("e2b")
        httpx = import_module("httpx")
    except ImportError as error:
        raise SandboxUnavailable(
            f"The E2B sandbox needs a package that is not installed ({error.name}): "
            "pip install 'surefoot[e2b]'."
        ) from error
    return Sdk(
        service=interpreter.AsyncSandbox,
        gone=(sdk.NotFoundException, sdk.TimeoutException),
        refused=(sdk.AuthenticationException,),
        failed=(sdk.SandboxException, httpx.HTTPError, OSError),
    )
