"""The program itself: quick to start, and ending as it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Surefoot = Callable[..., CompletedProcess[str]]

PROGRAM = (sys.executable, "-P", "-c", "from surefoot.agent.cli import main; main()")
COMMANDS = ("ask", "chat", "ingest", "approve", "memory", "trace", "tools", "sandbox", "doctor")

SLOW = """
import asyncio, sys
from surefoot import Assistant, ScriptedModel, calls, says, tool
from surefoot.agent import Host, run_command

@tool(side_effects=False)
async def look() -> str:
    "Look."
    return "nothing"

class Model:
    name = "slow"
    seen = 0
    async def stream(self, request):
        from surefoot.messages import ToolCall
        from surefoot.model import Finished, TextDelta
        Model.seen += 1
        if Model.seen == 1:
            yield ToolCall(call_id="c", name="look", args={})
            yield Finished(reason="tool_calls")
            return
        yield TextDelta("The first part is known [S1]. ")
        yield TextDelta("The second ")
        print("ready", file=sys.stderr, flush=True)
        await asyncio.Event().wait()

def make(*, settings, model, release):
    return Assistant(model=Model(), tools=[look], builtins=False, memory=None, settings=settings)

sys.exit(run_command(["ask", "hello", "--thread", "t", *sys.argv[1:]], Host(make_assistant=make)))
"""


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from surefoot.agent import Host, run_command\n"
        "code = run_command(['--help'], Host())\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert [command for command in COMMANDS if command not in done.stdout] == []
    heavy = {"langgraph", "langchain_core", "chromadb", "duckdb", "onnxruntime", "rich", "pydantic"}
    assert heavy & {name.split(".")[0] for name in done.stderr.split()} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(surefoot: Surefoot, command: str) -> None:
    done = surefoot(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: surefoot {command}")


def test_without_a_command_the_help_is_shown(surefoot: Surefoot) -> None:
    done = surefoot()
    assert done.returncode == 2
    assert "ingest" in done.stderr


def test_a_command_that_is_not_there_is_bad_usage(surefoot: Surefoot) -> None:
    done = surefoot("sing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "surefoot: No such command 'sing'. See `surefoot --help`.\n"


@pytest.mark.parametrize("json", [False, True])
def test_ctrl_c_stops_the_run_keeps_what_was_said_and_exits_130(
    surefoot: Surefoot, folder: Path, json: bool
) -> None:
    args = ["--json"] if json else []
    with subprocess.Popen(
        [sys.executable, "-P", "-c", SLOW, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "The first part is known" in out
    if json:
        assert '"type":"run.cancelled"' in out.splitlines()[-1]
    shown = surefoot("trace", "show", "last").stdout
    assert "cancelled" in shown
    assert "The first part is known [S1]." in shown


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [*PROGRAM, "ask", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert "Traceback" not in err


def test_output_survives_a_terminal_without_unicode(folder: Path) -> None:
    (folder / "t.md").write_text("# Größe\n\nEs kostet 5 €.\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*PROGRAM, "ask", "Wie groß ist «das»?"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_a_real_terminal_gets_colours_and_steps(surefoot: Surefoot, folder: Path) -> None:
    """With the program's own model, on a pseudo-terminal."""
    pty = pytest.importorskip("pty")
    (folder / "birds.csv").write_text("name,mass\nAdelie,3700\nGentoo,5076\n", encoding="utf-8")
    assert surefoot("ingest", "birds.csv").returncode == 0
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROGRAM[0], [*PROGRAM, "ask", "How many birds are there?"])
    shown = bytearray()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if not (part := os.read(terminal, 65_536)):
                break
        except OSError:
            break
        shown += part
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"\x1b[" in shown
    assert b"run_sql" in shown


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("SUREFOOT_MODLE", "There is no setting 'SUREFOOT_MODLE': perhaps 'model' was meant."),
        ("SUREFOOT_LIMITS__STEP", "There is no setting 'limits.step'."),
    ],
)
def test_a_misspelt_setting_in_the_environment_is_refused(
    surefoot: Surefoot, monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    monkeypatch.setenv("SUREFOOT_SOMEBODY_ELSES", "1")
    assert surefoot("memory", "list").returncode == 0
    monkeypatch.setenv(variable, "3")
    done = surefoot("memory", "list")
    assert done.returncode == 2 and told in done.stderr and len(done.stderr.splitlines()) == 1
