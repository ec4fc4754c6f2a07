"""A sandbox leaves nothing behind, however it ends, and goes on after what can be mended."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from surefoot.tools import LocalSandbox

pytestmark = pytest.mark.anyio


async def test_it_goes_on_when_its_zygote_was_killed() -> None:
    before = set(psutil.Process().children())
    async with LocalSandbox() as sandbox:
        await sandbox.run("x = 1", session="s")
        (zygote,) = set(psutil.Process().children()) - before
        zygote.kill()
        zygote.wait()
        done = await sandbox.run("'x' in globals()", session="s")
        assert (done.result, done.restarted) == (False, True)


def pipes_and_sockets() -> set[str]:
    """Return what a sandbox would leave open; files of others may come and go meanwhile."""
    found: set[str] = set()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing itself, and what others have just closed
            found.add(os.readlink(one))
    return {link for link in found if link.startswith(("pipe:", "socket:"))}


async def test_closing_leaves_no_process_and_no_open_file() -> None:
    before_it = pipes_and_sockets()
    before = set(psutil.Process().children(recursive=True))
    async with LocalSandbox() as sandbox:
        await sandbox.run("1", session="s")
        begun = set(psutil.Process().children(recursive=True)) - before
        assert len(begun) >= 2
    await asyncio.sleep(0)
    assert psutil.wait_procs(begun, timeout=60)[1] == []
    assert pipes_and_sockets() <= before_it


async def test_a_host_that_is_killed_takes_everything_along() -> None:
    program = """
import asyncio
from surefoot.tools import LocalSandbox

async def main():
    sandbox = LocalSandbox()
    await sandbox.start()
    print("ready", flush=True)
    await sandbox.run("while True: pass", session="s")

asyncio.run(main())
"""
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", program, stdout=subprocess.PIPE
    )
    assert host.stdout is not None
    assert await host.stdout.readline() == b"ready\n"
    begun = psutil.Process(host.pid).children(recursive=True)
    assert len(begun) >= 2
    host.kill()
    await host.wait()
    assert psutil.wait_procs(begun, timeout=60)[1] == []
