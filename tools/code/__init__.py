"""Code: programs that a model writes, run where they can do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

from .sandbox import Execution, ProgramError, Sandbox, SandboxUnavailable

if TYPE_CHECKING:
    from .e2b import E2BSandbox
    from .jail.plan import SandboxLimits, Tier
    from .local import LocalSandbox
    from .monty import MontyPool, MontySandbox
    from .runner import code_runner
    from .scripts import script_runner
    from .verification import Attack, verify

_HOMES = {
    "E2BSandbox": "e2b",
    "Attack": "verification",
    "LocalSandbox": "local",
    "MontyPool": "monty",
    "MontySandbox": "monty",
    "SandboxLimits": "jail.plan",
    "Tier": "jail.plan",
    "code_runner": "runner",
    "script_runner": "scripts",
    "verify": "verification",
}

__all__ = [
    "Attack",
    "E2BSandbox",
    "Execution",
    "LocalSandbox",
    "MontyPool",
    "MontySandbox",
    "ProgramError",
    "Sandbox",
    "SandboxLimits",
    "SandboxUnavailable",
    "Tier",
    "code_runner",
    "script_runner",
    "verify",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
