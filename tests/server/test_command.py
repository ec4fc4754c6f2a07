"""`surefoot serve`, from the first key to the last request."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from .conftest import PATIENCE

COMMAND = (sys.executable, "-c", "from surefoot.agent.cli import main; main()", "serve")


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "SUREFOOT_DATA_DIR": str(tmp_path / "data")},
        cwd=tmp_path,
    )


def test_keys_are_made_listed_asked_for_and_revoked(tmp_path: Path) -> None:
    key = run(tmp_path, "key", "phone", "--user", "ann", "--may", "runs").stdout.strip()
    assert key.startswith("sf_")
    assert run(tmp_path, "keys").stdout == "phone\tdefault\tann\truns\n"
    assert key not in (tmp_path / "data" / "keys.json").read_text()
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "SUREFOOT_DATA_DIR": str(tmp_path / "data"),
            "SUREFOOT_SERVER_DRAIN_SECONDS": "0.1",
        },
        cwd=tmp_path,
    )
    assert process.stderr is not None
    try:
        url = ""
        while not url:
            url = process.stderr.readline().partition("answers at ")[2].strip()
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            assert client.get("/v1/threads").status_code == 401
            headers = {"Authorization": f"Bearer {key}"}
            assert client.get("/v1/threads", headers=headers).status_code == 200
            assert client.get("/v1/memories", headers=headers).status_code == 403
            run(tmp_path, "revoke", "phone")
            assert client.get("/v1/threads", headers=headers).status_code == 401
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        process.stderr.close()


def test_a_public_bind_without_keys_ends_with_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2 and "surefoot serve key" in done.stderr
