"""The ground a local sandbox stands on: the strongest tier that holds here, and its zygote."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat

from .held_session import HeldSession
from .jail.plan import WORKSPACE, Plan, SandboxLimits, Tier
from .launcher import Launcher
from .libraries import reachable_by_anyone, readable_paths
from .sandbox import SandboxUnavailable
from .workspace import Workspace

logger = logging.getLogger(__name__)

TIERS: tuple[Tier, ...] = ("namespaces", "landlock")
"""Strongest first."""

_MACHINES = ("x86_64", "aarch64")
_FIRST_UID, _UIDS = 1_900_000_000, 1_000_000
"""A range that no system hands out, so that each session can be a user of its own."""
_NOBODY = 65534
"""Where such numbers do not exist, as in some containers."""


@dataclass(slots=True, kw_only=True)
class Room:
    """A session with the folder it was given, if it was given one."""

    session: HeldSession
    workspace: Workspace | None

    async def clear(self) -> None:
        """End the session and remove what it left on disk."""
        self.session.kill()
        workspace, self.workspace = self.workspace, None
        if workspace is not None:
            await asyncio.to_thread(workspace.remove)


class Ground:
    """One zygote and one tier, from which sessions are started."""

    def __init__(self, launcher: Launcher, limits: SandboxLimits, tier: Tier) -> None:
        self._launcher = launcher
        self._limits = limits
        self._readable = readable_paths()
        self._uids = _uids(tier, self._readable)
        self._folder: str | None = None
        self.tier = tier

    @property
    def is_standing(self) -> bool:
        """False when the zygote has ended and taken all sessions with it."""
        return self._launcher.is_running

    async def start_session(self) -> Room:
        """Start a session; raises `SandboxUnavailable` when it cannot be confined."""
        uid = next(self._uids)
        workspace = None
        if self.tier == "landlock":
            self._folder = self._folder or _folder_for_workspaces()
            workspace = Workspace.create(self._folder, uid=uid)
        plan = Plan(
            tier=self.tier,
            readable=self._readable,
            workspace=WORKSPACE if workspace is None else workspace.path,
            uid=uid,
            private_uid=uid is not None and uid != _NOBODY,
            limits=self._limits,
        )
        session = await HeldSession.open(await self._launcher.spawn(plan), self._limits)
        return Room(session=session, workspace=workspace)

    async def close(self) -> None:
        """End the zygote, which ends every session, and remove what they left."""
        await self._launcher.close()
        await self.abandon()

    async def abandon(self) -> None:
        """Remove the folder and leave the zygote to others."""
        if self._folder is None:
            return
        try:
            await asyncio.to_thread(Workspace(self._folder).remove)
        except OSError as error:
            logger.warning("%s was left behind: %s. Remove it.", self._folder, error)


async def find_ground(
    *, tiers: Sequence[Tier], limits: SandboxLimits, preload: Sequence[str]
) -> tuple[Ground, Room]:
    """Return the first of `tiers` that holds here, with a session that proves it.

    Raises `SandboxUnavailable` when none does: nothing is ever run unconfined.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        raise SandboxUnavailable(
            f"The local sandbox needs Linux on {' or '.join(_MACHINES)}; this is "
            f"{sys.platform} on {platform.machine()}. Use another sandbox, or leave `run_code` out."
        )
    launcher = await Launcher.start(preload=preload)
    reasons: list[str] = []
    try:
        for tier in tiers:
            ground = Ground(launcher, limits, tier)
            try:
                return ground, await ground.start_session()
            except SandboxUnavailable as error:
                reasons.append(f"{tier}: {error}")
                await ground.abandon()
    except BaseException:
        await ground.close()
        raise
    await launcher.close()
    raise SandboxUnavailable(
        "This machine's kernel confines no code, so none is run. " + "; ".join(reasons)
    )


def _folder_for_workspaces() -> str:
    """Make a folder that sessions go through to their own, and in which they see no other."""
    folder = tempfile.mkdtemp(prefix="surefoot-sandbox-")
    os.chmod(folder, 0o711)
    return folder


def _uids(tier: Tier, readable: Sequence[str]) -> Iterator[int | None]:
    """Yield the user that each session becomes; None where it cannot or need not become one."""
    if os.geteuid() != 0 or (tier == "landlock" and not reachable_by_anyone(readable)):
        yield from repeat(None)
    with open("/proc/self/uid_map") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    for number in count():
        uid = _FIRST_UID + number % _UIDS
        exists = any(first <= uid < first + length for first, _, length in ranges)
        yield uid if exists else _NOBODY
