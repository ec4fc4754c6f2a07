"""The log file: troubles are found in it, and nothing that is nobody's business."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot import Settings
from surefoot.agent import LogFile, hiding
from surefoot.errors import ModelError, StorageError


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    """A logger that writes to a file in the test's folder, and hides a key."""
    settings = Settings.model_validate({"openai_api_key": "sk-0123456789abcdef"})
    handler = LogFile(tmp_path, hide=hiding(settings))
    logger = logging.getLogger("tests.log_file")
    logger.handlers, logger.propagate = [handler], False
    yield logger
    logger.handlers, logger.propagate = [], True


def written(tmp_path: Path) -> str:
    return (tmp_path / "surefoot.log").read_text(encoding="utf-8")


def test_an_error_is_told_by_where_it_happened_and_not_by_what_it_says(
    logger: logging.Logger, tmp_path: Path
) -> None:
    try:
        try:
            raise ValueError("Ann's number is 555-0199")
        except ValueError as error:
            raise ModelError("the model wrote: 555-0199") from error
    except ModelError as error:
        logger.exception("run %s failed", "r1")
        logger.warning("a turn was left\nout: %s", error)
    logger.warning("there is no run_code: %s", StorageError("The disk is full."))
    logger.warning("the key is %s", "sk-0123456789abcdef")
    logger.info("everything is well")
    told = written(tmp_path)
    assert "run r1 failed\n" in told and f"  {__file__}:" in told
    assert "  ModelError\n" in told and "  ValueError\n" in told
    assert "a turn was left out: ModelError\n" in told
    assert "there is no run_code: The disk is full.\n" in told
    assert "555-0199" not in told and "0123456789abcdef" not in told and "well" not in told


def test_the_file_is_private_and_gives_way_to_a_new_one(
    logger: logging.Logger, tmp_path: Path
) -> None:
    logger.warning("first")
    assert (tmp_path / "surefoot.log").stat().st_mode & 0o777 == 0o600
    logger.warning("x" * 1_000_000)
    logger.warning("last")
    assert "last" in written(tmp_path) and "first" not in written(tmp_path)
    assert "first" in (tmp_path / "surefoot.log.1").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "trouble", None, None)
    LogFile(tmp_path / "none", hide=str).emit(record)
    assert not (tmp_path / "none").exists()
