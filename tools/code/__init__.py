"""Code: programs that a model writes, run where they can do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sandbox import Execution, ProgramError, Sandbox, SandboxUnavailable

if TYPE_CHECKING:
    from .e2b import E2BSandbox
    from .jail.plan import SandboxLimits, Tier
    from .local import LocalSandbox
    from .runner import code_runner
    from .verification import Attack, verify

_HOMES = {
    "E2BSandbox": "e2b",
    "Attack": "verification",
    "LocalSandbox": "local",
    "SandboxLimits": "jail.plan",
    "Tier": "jail.plan",
    "code_runner": "runner",
    "verify": "verification",
}

__all__ = [
    "Attack",
    "E2BSandbox",
    "Execution",
    "LocalSandbox",
    "ProgramError",
    "Sandbox",
    "SandboxLimits",
    "SandboxUnavailable",
    "Tier",
    "code_runner",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load what only a running sandbox needs when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
