"""Whatever is sent, the server does not fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from .conftest import PATIENCE, Live

EXAMPLES = int(os.environ.get("SUREFOOT_FUZZ_EXAMPLES", "3"))
"""For each operation; more of them look longer."""


def test_no_request_that_the_document_allows_makes_the_server_fail(server: Live) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{server.url}/openapi.json",
            "--checks=not_a_server_error",
            "--phases=fuzzing",
            f"--max-examples={EXAMPLES}",
            f"--request-timeout={PATIENCE:g}",
            "--seed=1",
            "--exclude-path=/threads/{thread_id}/stream",
            "--exclude-path-regex=/crons|/copy$",  # Refused with 501, which is meant.
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3_000:]
    assert httpx.get(f"{server.url}/readyz", timeout=PATIENCE).status_code == 200
