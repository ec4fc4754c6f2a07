"""Commands beside a server that has the data folder: it does what they ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import pytest
from click.testing import CliRunner

from surefoot import Settings
from surefoot.agent import Host, run_command
from surefoot.agent.cli.asked import Question  # type: ignore[import-not-found]
from surefoot.agent.cli.owner import Owner  # type: ignore[import-not-found]
from surefoot.agent.cli.there import There  # type: ignore[import-not-found]
from surefoot.errors import DataDirInUse
from surefoot.events import ApprovalRequested, Event, parse_event

from .conftest import Live, running

pytestmark = pytest.mark.anyio

Surefoot = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("owned") / "data"


@pytest.fixture(scope="module", autouse=True)
def owner(data_dir: Path) -> Iterator[Live]:
    """A server that asks everybody for a key, and shows signs of life often."""
    with running(data_dir, drain_seconds=0.1, auth="required", heartbeat_seconds=0.05) as live:
        yield live


@pytest.fixture
def surefoot(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surefoot:
    """Run a command on the server's folder, with streams that are no terminals."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str, stdin: bytes = b"") -> CompletedProcess[str]:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            code = run_command([*args, "--data-dir", str(data_dir)], Host())
            told = out.getvalue().decode(), err.getvalue().decode()
        return CompletedProcess(list(args), code, *told)

    return call


def test_questions_are_answered_by_the_server(surefoot: Surefoot, tmp_path: Path) -> None:
    done = surefoot("ask", "add 1 2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("It gave 3 [S1].\n\nSources\n")
    (tmp_path / "two.jsonl").write_text('{"text": "add 2 2"}\n{"text": "add 3 3", "user": "Zoë"}')
    batch = surefoot("ask", "--file", "two.jsonl")
    assert "It gave 4 [S1]." in batch.stdout and "It gave 6 [S1]." in batch.stdout
    talk = surefoot("chat", "--thread", "talk", stdin=b"first thing\nsecond thing\n")
    assert "You asked before: first thing." in talk.stdout


def test_what_goes_wrong_is_told_as_it_would_be_here(surefoot: Surefoot) -> None:
    failed = surefoot("ask", "fail")
    assert (failed.returncode, failed.stderr) == (1, "surefoot: The provider is down.\n")
    other = surefoot("ask", "add 1 2", "--model", "embedded")
    assert other.returncode == 2 and "leave --model out" in other.stderr
    nowhere = surefoot("ask", "add 1 2", "--thread", "no such/thread")
    assert nowhere.returncode == 2 and len(nowhere.stderr.splitlines()) == 1
    unknown = surefoot("approve", "r1", "s1")
    assert unknown.returncode == 2 and "waits for nothing" in unknown.stderr
    busy = surefoot("tools")
    assert busy.returncode == 1 and "is using the data folder" in busy.stderr


def test_a_call_that_waits_is_decided_on_from_another_command(surefoot: Surefoot) -> None:
    asked = surefoot("ask", "pay 10", "--thread", "paying", "--json")
    assert asked.returncode == 0
    request = parse_event(asked.stdout.splitlines()[-1])
    assert isinstance(request, ApprovalRequested)
    assert f"surefoot approve {request.run_id} s1" in asked.stderr
    behind = surefoot("ask", "add 1 2", "--thread", "paying")
    assert behind.returncode == 0 and "stands behind one of thread 'paying'" in behind.stderr
    approved = surefoot("approve", request.run_id, "s1")
    assert approved.stdout.startswith("It gave 10 paid [S1].")


def test_files_are_read_in_by_the_server(surefoot: Surefoot, tmp_path: Path) -> None:
    (tmp_path / "birds.csv").write_text("bird,grams\nowl,900\n")
    done = surefoot("ingest", "birds.csv")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "Tables: 1 added"
    assert done.stdout.splitlines()[1].startswith("  birds: 1 row from ")


def test_memories_are_listed_written_out_and_forgotten_by_the_server(
    surefoot: Surefoot, data_dir: Path
) -> None:
    surefoot("ask", "add 5 5", "--user", "ann", "--thread", "anns")
    assert surefoot("memory", "list", "--user", "ann").stderr == "0 facts and 1 turn of 'ann'.\n"
    assert surefoot("memory", "list", "--user", "ann", "--query", "tea").returncode == 0
    kept = [
        json.loads(line)
        for line in surefoot("memory", "export", "--user", "ann").stdout.split("\n")[:-1]
    ]
    assert [one["kind"] for one in kept] == ["turn", "thread", "run"]
    gone = surefoot("memory", "forget", "--user", "ann", "--thread", "anns", "--json")
    assert gone.returncode == 0 and json.loads(gone.stdout)["removed"]["turns"] == 1
    assert surefoot("memory", "list", "--user", "ann").stderr == "0 facts and 0 turns of 'ann'.\n"


def test_the_door_is_for_the_person_at_the_machine_alone(owner: Live, data_dir: Path) -> None:
    file = data_dir / "owner.json"
    assert file.stat().st_mode & 0o777 == 0o600
    key = json.loads(file.read_text())["door"]["key"]
    assert httpx.get(f"{owner.url}/v1/threads").status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{owner.url}/v1/threads", headers=headers).status_code == 200
    with running(data_dir.with_name("open")) as other:
        refused = httpx.post(f"{other.url}/v1/owner/ingest", json={"paths": ["/"]})
    assert refused.status_code == 403


async def test_a_command_that_is_interrupted_stops_its_run(data_dir: Path) -> None:
    owner = Owner.of(Settings(data_dir=data_dir), DataDirInUse("in use"))
    there, shown, waits = There(owner), list[Event](), asyncio.Event()

    def show(event: Event) -> None:
        shown.append(event)
        if event.type == "step.started":
            waits.set()

    run = await there.begin(Question(text="wait", user="me"))
    attending = asyncio.ensure_future(there.attend(run, show))
    await waits.wait()
    attending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attending
    assert shown[-1].type == "run.cancelled"
    await there.close(finish=True)


def test_another_tenant_s_commands_are_turned_away(data_dir: Path) -> None:
    with pytest.raises(DataDirInUse, match="works for the tenant 'default'"):
        Owner.of(Settings(data_dir=data_dir, tenant="other"), DataDirInUse("in use"))
