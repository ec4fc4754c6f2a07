"""The escape battery: what a hostile program tries, on each tier, as root and as anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """Yield a folder that anybody can get to, which a test's own folder is not for long."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_every_attack_is_stopped_for_an_ordinary_user(open_to_all: Path, tier: str) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("unshare and setpriv are not there (Debian's util-linux)")
    # The interpreter may stand where only root can read; a mount of our own shows it to all.
    home, packages = Path(sys.base_prefix), Path(pytest.__file__).parent.parent
    program = f"import site; site.addsitedir({str(packages)!r})\n{PROGRAM}"
    script = (
        f'mount --bind "{home}" "{open_to_all}" && '
        f"exec setpriv --reuid {ANYBODY} --regid {ANYBODY} --clear-groups "
        f'env HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="{packages}" '
        f'"{open_to_all}/bin/python{sys.version_info[0]}.{sys.version_info[1]}" -c "$1" {tier}'
    )
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
