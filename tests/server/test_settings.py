"""The server's settings: arguments, then the environment, then the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import ConfigurationError, Settings
from surefoot.server import ServerSettings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_server_reads_its_own_table_and_the_assistant_leaves_it_alone(folder: Path) -> None:
    (folder / "surefoot.toml").write_text(
        'instructions = "Be brief."\n[server]\nport = 9000\nallowed_origins = ["https://a.example"]'
    )
    settings = ServerSettings.load()
    assert settings.port == 9000 and settings.allowed_origins == ("https://a.example",)
    assert Settings.load().instructions == "Be brief."


def test_arguments_go_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "surefoot.toml").write_text("[server]\nport = 1\nmax_sockets = 1\nmax_uploads = 1\n")
    monkeypatch.setenv("SUREFOOT_SERVER_MAX_SOCKETS", "2")
    monkeypatch.setenv("SUREFOOT_SERVER_PORT", "2")
    settings = ServerSettings.load(port=3)
    assert (settings.port, settings.max_sockets, settings.max_uploads) == (3, 2, 1)


@pytest.mark.parametrize("text", ["[server]\nport = -1\n", "[server]\nprot = 1\n", "server = 1\n"])
def test_what_is_wrong_in_the_table_is_told(folder: Path, text: str) -> None:
    (folder / "surefoot.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"surefoot\.toml"):
        ServerSettings.load()
