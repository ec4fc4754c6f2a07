"""Verify: attack a sandbox on the very machine it shall protect."""

from __future__ import annotations

import ast
import asyncio
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from .bait import Bait
from .jail.syscall_numbers import numbers
from .launcher import ENVIRONMENT
from .local import LocalSandbox
from .sandbox import Execution

_TO_BE_STOPPED = ("network", "files", "processes", "kernel", "resources")
"""Attacks that succeed when they return."""
_TO_BE_SURVIVED = ("protocol", "endings")
"""Attacks after which the sandbox must still answer rightly."""
_FOLDER = Path(__file__).parent / "battery"
_SESSION_VARIABLES = ("HOME", "TMPDIR", "MPLCONFIGDIR", "LC_CTYPE")
_TIMEOUT_SECONDS = 20.0
_SHORT_SECONDS = 0.5
_AT_ONCE = 4

_UNPACK = """
import os
os.makedirs("battery", exist_ok=True)
for name, text in files.items():
    with open(f"battery/{name}", "w") as file:
        file.write(text)
"""

_TRY = """
import importlib
try:
    outcome = ["reached", getattr(importlib.import_module(f"battery.{module}"), attack)(facts)]
except BaseException as error:
    outcome = ["stopped", f"{type(error).__name__}: {error}"[:200]]
outcome
"""

_SURVIVE = """
import importlib
getattr(importlib.import_module(f"battery.{module}"), attack)(facts)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack, and what came of it."""

    name: str
    """Its kind and what it tried, such as `network: look up a name`."""
    blocked: bool
    detail: str
    """How it was stopped, or what it achieved."""


async def verify(sandbox: LocalSandbox) -> list[Attack]:
    """Run every attack there is and say what came of each.

    None does harm when it gets through: what they aim at are files, sockets and a process that
    are made for them and removed again.
    """
    tier = await sandbox.start()
    with Bait() as bait:
        facts: dict[str, JsonValue] = {
            **bait.facts(),
            "tier": tier,
            "machine": platform.machine(),
            "calls": dict(numbers()),
            "environment": [*ENVIRONMENT, *_SESSION_VARIABLES],
            "library": os.__file__,
            **_limits(sandbox),
        }
        turns = asyncio.Semaphore(_AT_ONCE)
        attempts = [
            *(_stop(sandbox, *attack, facts, turns) for attack in _attacks(_TO_BE_STOPPED)),
            *(_survive(sandbox, *attack, facts, turns) for attack in _attacks(_TO_BE_SURVIVED)),
        ]
        outcomes = await asyncio.gather(*attempts)
        harm = [Attack(name=f"host: {what}", blocked=ok, detail="") for what, ok in bait.harm()]
    return [*outcomes, *harm]


def _attacks(modules: Iterable[str]) -> list[tuple[str, str]]:
    return [(module, attack) for module in modules for attack in attacks_in(module)]


def attacks_in(module: str) -> list[str]:
    """Return the names of a module's attacks, read from its text: it is not for the host to run."""
    tree = ast.parse((_FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return [name for name in names if not name.startswith("_")]


async def _stop(
    sandbox: LocalSandbox,
    module: str,
    attack: str,
    facts: dict[str, JsonValue],
    turns: asyncio.Semaphore,
) -> Attack:
    """Run an attack that must be stopped, in a session of its own."""
    session = f"verify-{module}-{attack}"
    async with turns:
        done = await _run(sandbox, _TRY, session, module, attack, facts, _TIMEOUT_SECONDS)
        await sandbox.reset(session)
    if done.error is not None:
        detail = f"{done.error.name}: {done.error.message}"
        return Attack(name=_title(module, attack), blocked=True, detail=detail)
    match done.result:
        case ["stopped", str(detail)]:
            return Attack(name=_title(module, attack), blocked=True, detail=detail)
        case other:
            return Attack(name=_title(module, attack), blocked=False, detail=str(other)[:200])


async def _survive(
    sandbox: LocalSandbox,
    module: str,
    attack: str,
    facts: dict[str, JsonValue],
    turns: asyncio.Semaphore,
) -> Attack:
    """Run an attack, and then a sum: a wrong answer means that the attack got through."""
    session = f"verify-{module}-{attack}"
    async with turns:
        await _run(sandbox, _SURVIVE, session, module, attack, facts, _SHORT_SECONDS)
        done = await sandbox.run("6 * 7", session=session, timeout_seconds=_SHORT_SECONDS)
        if done.error is not None:  # It may still end the session that it was in, but no other.
            done = await sandbox.run("6 * 7", session=session)
        await sandbox.reset(session)
    detail = done.error.message if done.error else f"the next answer is {done.shown}"
    return Attack(name=_title(module, attack), blocked=done.result == 42, detail=detail)


async def _run(
    sandbox: LocalSandbox,
    code: str,
    session: str,
    module: str,
    attack: str,
    facts: dict[str, JsonValue],
    timeout_seconds: float,
) -> Execution:
    await sandbox.run(_UNPACK, session=session, inputs={"files": _files()})
    inputs: dict[str, JsonValue] = {"module": module, "attack": attack, "facts": facts}
    return await sandbox.run(code, session=session, inputs=inputs, timeout_seconds=timeout_seconds)


def _files() -> dict[str, JsonValue]:
    return {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.glob("*.py")}


def _limits(sandbox: LocalSandbox) -> dict[str, JsonValue]:
    limits = sandbox.limits
    return {
        "memory_mb": limits.memory_mb,
        "disk_mb": limits.disk_mb,
        "file_mb": limits.file_mb,
        "files": limits.files,
        "open_files": limits.open_files,
        "threads": limits.threads,
    }


def _title(module: str, attack: str) -> str:
    return f"{module}: {attack.replace('_', ' ')}"
