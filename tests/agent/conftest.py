"""What tests of the assistant share: settings with a data folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data folder goes with the test."""
    return Settings(data_dir=tmp_path / "data")
