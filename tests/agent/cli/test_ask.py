"""`surefoot ask`: one question, on a terminal, in a pipe, as JSON, and gone wrong."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from filelock import FileLock

from surefoot import ModelError, ScriptedModel, ToolError, calls, says, tool
from surefoot.agent import Host, fails
from surefoot.events import RunStarted, UnknownEvent, parse_event
from surefoot.messages import UserMessage

Surefoot = Callable[..., CompletedProcess[str]]
Hosting = Callable[..., Host]

PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


@tool(side_effects=False)
async def weigh(animal: str) -> int:
    """Weigh an animal."""
    if animal == "dragon":
        raise ToolError("There are no dragons.")
    return 4200


def weighing() -> ScriptedModel:
    return ScriptedModel(calls("weigh", animal="penguin"), says("It weighs 4200 g [S1]."))


def test_a_piped_answer_is_plain_text_with_its_sources(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    done = surefoot("ask", "How heavy is it?", host=hosting(weighing(), weigh))
    assert done.stdout == (
        "It weighs 4200 g [S1].\n\nSources\n  [S1] weigh(penguin)\n       4200\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_answer_without_citations_has_no_sources(surefoot: Surefoot, hosting: Hosting) -> None:
    done = surefoot("ask", "Who are you?", host=hosting(ScriptedModel(says("I do not know."))))
    assert done.stdout == "I do not know.\n"


def test_a_picture_is_shown_with_the_question(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    (folder / "bird.png").write_bytes(PICTURE)
    model = ScriptedModel(says("A penguin, I think."))
    done = surefoot("ask", "What is this?", "--image", "bird.png", host=hosting(model))
    assert (done.returncode, done.stdout) == (0, "A penguin, I think.\n")
    shown = model.seen[0].messages[-1]
    assert isinstance(shown, UserMessage)
    assert [image.media_type for image in shown.images] == ["image/png"]


def test_a_file_that_is_no_picture_is_refused(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    (folder / "bird.png").write_bytes(b"not a picture")
    model = ScriptedModel(says("A penguin, I think."))
    done = surefoot("ask", "What is this?", "--image", "bird.png", host=hosting(model))
    assert done.returncode == 2
    assert "PNG, JPEG, GIF or WebP" in done.stderr


def test_json_is_one_event_per_line_and_nothing_else(surefoot: Surefoot, hosting: Hosting) -> None:
    host = hosting(weighing(), weigh, is_terminal=True)
    done = surefoot("ask", "How heavy is it?", "--thread", "t", "--json", host=host)
    events = [parse_event(line) for line in done.stdout.splitlines()]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert not [event for event in events if isinstance(event, UnknownEvent)]
    assert (events[0].type, events[-1].type) == ("run.started", "run.completed")
    assert done.stderr == ""


def test_a_terminal_shows_plan_steps_failed_checks_answer_and_sources(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    model = ScriptedModel(
        calls("weigh", animal="penguin").also("weigh", animal="dragon"),
        says("It weighs 4200 g [S1]. It is 77 years old [S1]."),
        says("NONE"),
    )
    done = surefoot("ask", "How heavy is it?", host=hosting(model, weigh, is_terminal=True))
    shown = done.stdout
    assert "\x1b[" in shown
    for part in ("Plan", "weigh", "✓", "✗", "There are no dragons.", "answer check", "Sources"):
        assert part in shown
    assert "4200 g" in shown
    assert "77 years" not in shown
    assert done.returncode == 0


def test_a_withdrawn_sentence_is_told_and_the_answer_shown_again(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    model = ScriptedModel(
        calls("weigh", animal="penguin"),
        says("It weighs 4200 g [S1]. It is 77 years old [S1]."),
        says("NONE"),
    )
    host = hosting(model, weigh, is_terminal=True)
    done = surefoot("ask", "How heavy is it?", "--release", "retract", host=host)
    _, told, after = done.stdout.partition("is withdrawn")
    assert told
    assert "The answer as it stands" in after
    assert "77 years" not in after


@pytest.mark.parametrize("args", [(), ("-",)])
def test_the_question_may_come_from_standard_input(
    surefoot: Surefoot, hosting: Hosting, args: tuple[str, ...]
) -> None:
    done = surefoot(
        "ask", *args, "--json", host=hosting(ScriptedModel(says("Yes."))), stdin="Größe?\n".encode()
    )
    started = parse_event(done.stdout.splitlines()[0])
    assert isinstance(started, RunStarted)
    assert (started.text, started.user) == ("Größe?", "me")


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        (("",), b"", "is empty"),
        ((" \n ",), b"", "is empty"),
        ((), b"", "is empty"),
        (("a\x1b[31mb",), b"", "control character U+001B"),
        (("a\ud800",), b"", "not valid text"),
        (("-",), b"\x7fELF\x00\x01", "binary"),
        (("-",), b"caf\xe9", "not UTF-8 text (byte 3)"),
        (("-",), b"a" * 1_048_576, "more than 1,000,000 bytes"),
        (("-",), b"a" * 200_000, "200,000 characters"),
        (("hello", "--thread", "a b"), b"", "not a thread id"),
        (("hello", "--release", "maybe"), b"", "maybe"),
        (("hello", "--nonsense"), b"", "--nonsense"),
        (("hello", "--file", "no-such-file"), b"", "no-such-file"),
        (("hello", "--model", "nobody:knows"), b"", "names no model"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    surefoot: Surefoot, args: tuple[str, ...], stdin: bytes, told: str
) -> None:
    done = surefoot("ask", *args, stdin=stdin)
    assert done.returncode == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("surefoot: ")
    assert told in line


def test_a_setting_that_is_not_valid_is_bad_usage(
    surefoot: Surefoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUREFOOT_LIMITS__STEPS", "0")
    done = surefoot("ask", "hello")
    assert done.returncode == 2
    assert "SUREFOOT_LIMITS__STEPS" in done.stderr


def test_a_failed_run_is_one_line_and_exit_code_1(surefoot: Surefoot, hosting: Hosting) -> None:
    broken = ModelError("The provider is down. Try later.")
    done = surefoot("ask", "hello", host=hosting(ScriptedModel(fails(broken))))
    assert done.returncode == 1
    assert done.stderr == "surefoot: The provider is down. Try later.\n"


def test_debug_adds_the_traceback(surefoot: Surefoot, hosting: Hosting) -> None:
    broken = ModelError("The provider is down. Try later.")
    done = surefoot("ask", "hello", "--debug", host=hosting(ScriptedModel(fails(broken))))
    assert done.stderr.startswith("surefoot: The provider is down. Try later.\n")
    assert "Traceback" in done.stderr


def test_the_owner_of_the_data_folder_is_named(surefoot: Surefoot, folder: Path) -> None:
    (folder / "data").mkdir()
    with FileLock(folder / "data" / "lock"):
        done = surefoot("ask", "hello", "--data-dir", "data")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "is using the data folder" in line


def test_an_option_names_the_data_folder(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    surefoot("ask", "hello", "--data-dir", "here", host=hosting(ScriptedModel(says("Hi."))))
    assert (folder / "here" / "surefoot.db").exists()
    assert not (folder / ".surefoot").exists()


def test_text_of_tools_cannot_steer_the_terminal(surefoot: Surefoot, hosting: Hosting) -> None:
    @tool(side_effects=False)
    async def read(name: str) -> str:
        """Read."""
        return "before\x1b]0;owned\x07after"

    for terminal in (False, True):
        model = ScriptedModel(calls("read", name="a\x1b[2Jb"), says("It says so\x1bc [S1]."))
        host = hosting(model, read, is_terminal=terminal)
        done = surefoot("ask", "What does it say?", "--thread", f"t{terminal}", host=host)
        assert "\\x1b" in done.stdout
        assert not [code for code in ("\x1b]", "\x1b[2J", "\x1bc") if code in done.stdout]
