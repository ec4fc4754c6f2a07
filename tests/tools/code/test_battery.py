"""The escape battery: what a hostile program tries, on each tier, as root and as anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.tools import LocalSandbox, SandboxUnavailable, verify

pytestmark = pytest.mark.anyio

ANYBODY = 1234
PROGRAM = """
import asyncio, sys
from surefoot.tools import LocalSandbox, verify

async def main():
    async with LocalSandbox(tiers=(sys.argv[-1],)) as sandbox:
        for attack in await verify(sandbox):
            print("blocked" if attack.blocked else f"through: {attack.name}: {attack.detail}")

asyncio.run(main())
"""


async def test_every_attack_is_stopped_in_the_tier_in_force() -> None:
    async with LocalSandbox() as sandbox:
        attacks = await verify(sandbox)
    assert len(attacks) >= 60
    assert [(a.name, a.detail) for a in attacks if not a.blocked] == []


@pytest.mark.slow
async def test_every_attack_is_stopped_without_namespaces() -> None:
    async with LocalSandbox(tiers=("landlock",)) as sandbox:
        try:
            await sandbox.start()
        except SandboxUnavailable as reason:
            pytest.skip(str(reason))
        attacks = await verify(sandbox)
    assert [(a.name, a.detail) for a in attacks if not a.blocked] == []


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_every_attack_is_stopped_for_an_ordinary_user(tmp_path: Path, tier: str) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("unshare and setpriv are not there (Debian's util-linux)")
    # The interpreter may stand where only root can read; a mount of our own shows it to all.
    home, packages = Path(sys.base_prefix), Path(pytest.__file__).parent.parent
    program = f"import site; site.addsitedir({str(packages)!r})\n{PROGRAM}"
    script = (
        f'mount --bind "{home}" "{tmp_path}" && exec setpriv --reuid {ANYBODY} --regid {ANYBODY} '
        f'--clear-groups env HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="{packages}" '
        f'"{tmp_path}/bin/python{sys.version_info[0]}.{sys.version_info[1]}" -c "$1" {tier}'
    )
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    outcomes = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(outcomes) >= 60 and set(outcomes) == {"blocked"}
