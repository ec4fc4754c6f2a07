"""`surefoot memory`, `trace`, `tools` and `doctor`: what looks after an assistant."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from filelock import FileLock

from surefoot import ScriptedModel, ToolError, calls, says, tool
from surefoot.agent import Host
from surefoot.memory import ChromaMemory
from surefoot.scope import Scope

Surefoot = Callable[..., CompletedProcess[str]]
Hosting = Callable[..., Host]


@pytest.fixture
def remembered(folder: Path) -> None:
    """Two facts about me and one about Ann."""

    async def remember() -> None:
        async with ChromaMemory(folder / ".surefoot" / "memory") as memory:
            for user, fact in (
                ("me", "I live in Oslo."),
                ("me", "My dog is called Rex."),
                ("ann", "I prefer kilometres."),
            ):
                await memory.remember(fact, Scope(user=user, thread_id="t"))

    asyncio.run(remember())


@pytest.mark.usefixtures("remembered")
def test_memory_is_listed_by_person_and_by_question(surefoot: Surefoot) -> None:
    assert [line.split("  ")[2] for line in surefoot("memory", "list").stdout.splitlines()] == [
        "I live in Oslo.",
        "My dog is called Rex.",
    ]
    assert "kilometres" in surefoot("memory", "list", "--user", "ann").stdout
    found = surefoot("memory", "list", "--query", "What is the dog's name?").stdout
    assert found.splitlines()[0] == "My dog is called Rex."


@pytest.mark.usefixtures("remembered")
def test_memory_is_written_out_as_json(surefoot: Surefoot) -> None:
    lines = [json.loads(line) for line in surefoot("memory", "export").stdout.splitlines()]
    assert [(line["kind"], line["text"]) for line in lines] == [
        ("fact", "I live in Oslo."),
        ("fact", "My dog is called Rex."),
    ]


@pytest.mark.usefixtures("remembered")
def test_memory_is_forgotten_in_part_and_in_whole(surefoot: Surefoot) -> None:
    dog = surefoot("memory", "forget", "--query", "dog")
    assert dog.stdout == "Forgot 1 fact of 'me'.\n"
    assert "to the last byte: none holds it. Receipt: receipts/" in dog.stderr
    refused = surefoot("memory", "forget", host=Host(can_ask=True), stdin=b"n\n")
    assert refused.returncode == 130
    assert "Oslo" in surefoot("memory", "list").stdout
    receipt = json.loads(surefoot("memory", "forget", "--json").stdout)
    assert (receipt["removed"]["facts"], receipt["hits"]) == (1, 0)
    assert surefoot("memory", "list").stdout == ""
    assert "kilometres" in surefoot("memory", "list", "--user", "ann").stdout


@pytest.mark.parametrize("command", [("memory", "list"), ("memory", "export"), ("trace", "list")])
def test_looking_makes_no_data_folder(
    surefoot: Surefoot, folder: Path, command: tuple[str, ...]
) -> None:
    done = surefoot(*command)
    assert (done.returncode, done.stdout) == (0, "")
    assert list(folder.iterdir()) == []


@tool(side_effects=False)
async def weigh(animal: str) -> int:
    """Weigh an animal."""
    if animal == "dragon":
        raise ToolError("There are no dragons.")
    return 4200


def test_a_run_is_retold_with_plan_steps_checks_answer_and_usage(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    model = ScriptedModel(
        calls("weigh", animal="penguin").also("weigh", animal="dragon"),
        says("It weighs 4200 g [S1]. It is 77 years old [S1]."),
        says("NONE"),
    )
    surefoot("ask", "How heavy is it?", "--thread", "t", host=hosting(model, weigh))
    shown = surefoot("trace", "show", "last").stdout
    for part in (
        "completed",
        "thread t · user me",
        "Question: How heavy is it?",
        "Plan\n  s1 weigh  penguin\n  s2 weigh  dragon",
        "✓ s1 weigh",
        "✗ s2 weigh",
        "! answer check numbers_in_evidence c1",
        "It weighs 4200 g [S1].",
        "[S1] weigh(penguin)",
        "checks: ",
        "scripted: ",
    ):
        assert part in shown
    assert "77 years" not in shown
    on_terminal = surefoot("trace", "show", "last", host=Host(is_terminal=True)).stdout
    assert "\x1b[" in on_terminal


def test_runs_are_listed_the_latest_first_and_found_by_a_part_of_their_id(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    for question in ("one", "two"):
        surefoot("ask", question, host=hosting(ScriptedModel(says("Yes."))))
    newest, oldest = surefoot("trace", "list").stdout.splitlines()
    assert (newest.split()[-1], oldest.split()[-1]) == ("two", "one")
    assert surefoot("trace", "list", "--limit", "1").stdout.splitlines() == [newest]
    exported = surefoot("trace", "export", oldest.split()[0][-10:]).stdout.splitlines()
    assert json.loads(exported[0])["text"] == "one"
    for part, told in (("zzz", "There is no run"), ("0", "is part of 2 run ids")):
        done = surefoot("trace", "show", part)
        assert done.returncode == 2
        assert told in done.stderr


def test_tools_are_listed_with_their_arguments(surefoot: Surefoot, folder: Path) -> None:
    (folder / "birds.csv").write_text("name,mass\nAdelie,3700\n", encoding="utf-8")
    surefoot("ingest", "birds.csv")
    done = surefoot("tools")
    assert "run_sql(sql)  does not ask" in done.stdout
    assert "CREATE TABLE birds" in done.stdout
    assert "remember(fact)" in done.stdout
    assert done.returncode == 0


def test_doctor_finds_a_fresh_set_up_healthy(surefoot: Surefoot, folder: Path) -> None:
    done = surefoot("doctor")
    assert done.returncode == 0
    for part in (
        "ok    settings: all at their defaults",
        "ok    model: embedded, because no model is named and no provider's key is set",
        "warn  data folder: ",
        "ok    embedding model: all-MiniLM-L6-v2-int8 works, 384 dimensions",
        "surefoot ingest FOLDER",
    ):
        assert part in done.stdout
    assert "sandbox: " in done.stdout
    assert list(folder.iterdir()) == []


def test_doctor_says_where_settings_come_from_and_hides_secrets(
    surefoot: Surefoot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "surefoot.toml").write_text('release = "label"\n', encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "very-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SUREFOOT_BUSY_THREAD", "reject")
    done = surefoot("doctor", "--data-dir", "data")
    assert "setting release: label, from surefoot.toml" in done.stdout
    assert "setting busy_thread: reject, from the environment" in done.stdout
    assert "setting openai_api_key: set, from the environment" in done.stdout
    assert "setting data_dir: data, from an option of this command" in done.stdout
    assert "because OPENAI_API_KEY is set" in done.stdout
    assert "very-secret" not in done.stdout


def test_doctor_counts_what_is_there_and_names_who_uses_the_folder(
    surefoot: Surefoot, folder: Path
) -> None:
    (folder / "guide.md").write_text("# Guide\n\nPenguins eat fish.\n", encoding="utf-8")
    (folder / "birds.csv").write_text("name,mass\nAdelie,3700\n", encoding="utf-8")
    surefoot("ingest", "guide.md", "birds.csv")
    done = surefoot("doctor")
    assert "ok    documents: 1 document" in done.stdout
    assert "ok    tables: 1 table (birds)" in done.stdout
    with FileLock(folder / ".surefoot" / "lock"):
        busy = surefoot("doctor")
    assert "is using the data folder" in busy.stdout
    assert busy.returncode == 0


def test_doctor_fails_when_the_model_cannot_be_made_or_reached(surefoot: Surefoot) -> None:
    done = surefoot("doctor", "--model", "openai:gpt-5")
    assert done.returncode == 1
    assert "OPENAI_API_KEY is not set" in done.stdout
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        model = f"openai-compatible:m@http://127.0.0.1:{port}/v1"
        assert f"ok    model server: http://127.0.0.1:{port}/v1 answers" in (
            surefoot("doctor", "--model", model).stdout
        )
    closed = surefoot("doctor", "--model", model)
    assert closed.returncode == 1
    assert "fail  model server" in closed.stdout


def test_doctor_says_which_setting_is_wrong(
    surefoot: Surefoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUREFOOT_RELEASE", "never")
    done = surefoot("doctor")
    assert done.returncode == 1
    assert "fail  settings: Setting 'release' is not valid" in done.stdout
