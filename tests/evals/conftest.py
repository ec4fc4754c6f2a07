"""What tests of evals share: recorded runs of other agents, where somebody has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded traces that `SUREFOOT_TEST_TRACES` names; tests skip without one."""
    if not (named := os.environ.get("SUREFOOT_TEST_TRACES")):
        pytest.skip("SUREFOOT_TEST_TRACES names no folder of recorded traces (see docs/evals.md)")
    return Path(named)
