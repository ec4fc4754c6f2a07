"""What tests of the command line share: a folder of their own, and ways to run commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner

from surefoot import Assistant, Settings
from surefoot.agent import Host, run_command
from surefoot.limits import ReleasePolicy
from surefoot.model import ChatModel
from surefoot.tools import Tool


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def surefoot() -> Callable[..., CompletedProcess[str]]:
    """Run a command in this process, with streams that are no terminals."""

    def call(*args: str, host: Host | None = None, stdin: bytes = b"") -> CompletedProcess[str]:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            code = run_command(args, host or Host())
            told = out.getvalue().decode(), err.getvalue().decode()
        return CompletedProcess(list(args), code, *told)

    return call


@pytest.fixture
def hosting() -> Callable[..., Host]:
    """Make a host whose assistants have this model and these tools, and nothing else."""

    def host(
        chosen: ChatModel, *tools: Tool, can_ask: bool = False, is_terminal: bool = False
    ) -> Host:
        def make(
            *, settings: Settings, model: str | None, release: ReleasePolicy | None
        ) -> Assistant:
            return Assistant(
                model=chosen,
                tools=tools,
                builtins=False,
                memory=None,
                settings=settings,
                release=release,
            )

        return Host(make_assistant=make, can_ask=can_ask, is_terminal=is_terminal)

    return host
