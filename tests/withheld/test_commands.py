"""Nothing that failed its check leaves by a command, or by a file that one writes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from surefoot import Assistant, Settings
from surefoot.agent import Host, run_command
from surefoot.agent.cli.program import surefoot as program  # type: ignore[import-not-found]
from surefoot.limits import ReleasePolicy

from .lying import LIES, clean, liar_at

SUITE = "graders: [outcome, groundedness, loops]\nitems:\n" + "".join(
    f"  - {{id: {question.replace(' ', '-')}, question: {question}}}\n" for question in LIES
)
TALK = "\n/new\n".join(LIES).encode()

TELL: dict[str, tuple[str, ...]] = {
    "ask": ("ask lie", "ask --json 'lie crash'", "ask --debug 'lie abroad'"),
    "chat": ("chat",),
    "trace list": ("trace list",),
    "trace show": ("trace show last",),
    "trace export": ("trace export last",),
    "trace replay": ("trace replay last", "trace replay last --json"),
    "memory list": ("memory list --history", "memory list --query kestrel"),
    "memory export": ("memory export",),
    "memory forget": ("memory forget --query kestrel --yes --json",),
    "eval run": ("eval run suite.yaml --out before --html run.html --junit run.xml",),
    "eval grade": (
        "eval grade runs.jsonl --grader groundedness --out after --html graded.html",
        "eval grade runs.jsonl --export otlp",
        "eval grade runs.jsonl --export atif",
        "eval grade runs.jsonl --export surefoot",
    ),
    "eval compare": ("eval compare before after --html compared.html",),
    "eval report": ("eval report before --html report.html",),
}
"""Commands that tell of runs or of what is remembered, in an order that has each find something."""
TELL_OF_NO_ANSWER = {
    *("ingest", "tools", "doctor", "approve", "sandbox verify", "memory purge", "eval judge"),
    *("serve key", "serve keys", "serve revoke"),
    *("slack key", "slack manifest", "slack feedback"),
}
"""Commands about files, keys, settings and decisions, and one that asks a provider.

`serve`, `slack` and `mcp` have tests of their own.
"""


def commands(command: click.Command, before: str = "") -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (inner := command.get_command(context, name)) is not None:
                yield from commands(inner, f"{before} {name}".strip())
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield before


def host(*, is_terminal: bool = False) -> Host:
    def make(*, settings: Settings, model: str | None, release: ReleasePolicy | None) -> Assistant:
        return liar_at(settings.data_dir)

    return Host(make_assistant=make, can_ask=False, is_terminal=is_terminal)


def told(command: str, *, is_terminal: bool = False) -> bytes:
    with CliRunner().isolation(input=TALK) as (out, err, _):
        run_command(shlex.split(command), host(is_terminal=is_terminal))
        return out.getvalue() + err.getvalue()


@pytest.fixture(scope="module")
def lair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs that lied, also as files."""
    folder = tmp_path_factory.mktemp("lair")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        clean(told("chat --debug"))
        (folder / "suite.yaml").write_text(SUITE)
        (folder / "runs.jsonl").write_bytes(told("trace export last"))
    return folder


@pytest.fixture
def inside(lair: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(lair)
    return lair


def test_every_command_is_looked_at_or_tells_of_no_answer() -> None:
    known = TELL.keys() | TELL_OF_NO_ANSWER | {"serve", "slack", "mcp"}
    assert set(commands(program)) - known == set()


def test_what_failed_its_check_is_in_nothing_that_a_command_says_or_writes(inside: Path) -> None:
    for command in (line for lines in TELL.values() for line in lines):
        said = told(command)
        assert command != "trace replay last" or b"Replayed exactly" in said
        if "--query kestrel" not in command:
            clean(said)
    written = [path for path in inside.rglob("*") if path.is_file() and ".db" not in path.name]
    assert {".html", ".xml", ".jsonl"} <= {path.suffix for path in written}
    clean(b"".join(path.read_bytes() for path in written))


@pytest.mark.parametrize("command", ["chat", "ask 'lie reviewed'", "trace show last"])
def test_nor_is_it_shown_at_a_terminal(inside: Path, command: str) -> None:
    clean(told(command, is_terminal=True))
