"""`surefoot chat`: a conversation line by line."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

from surefoot import ModelError, ScriptedModel, says
from surefoot.agent import Host, fails

Surefoot = Callable[..., CompletedProcess[str]]
Hosting = Callable[..., Host]


def test_each_line_is_answered_in_one_thread(surefoot: Surefoot, hosting: Hosting) -> None:
    model = ScriptedModel(says("First."), says("Second."))
    done = surefoot("chat", "--thread", "t", host=hosting(model), stdin=b"one\n\ntwo\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "First.\n\nSecond.\n\n", "")
    runs = surefoot("trace", "list").stdout.splitlines()
    assert [line.endswith("(thread t)") for line in runs] == [True, True]


def test_commands_start_anew_explain_and_end(surefoot: Surefoot, hosting: Hosting) -> None:
    model = ScriptedModel(says("First."), says("Second."))
    said = b"one\n/new\ntwo\n/help\n/nonsense\n/quit\nthree\n"
    done = surefoot("chat", host=hosting(model, can_ask=True), stdin=said)
    model.finished()
    assert done.returncode == 0
    assert "There is no /nonsense." in done.stderr
    runs = surefoot("trace", "list").stdout.splitlines()
    assert len({line.split("(thread ")[1] for line in runs}) == 2


def test_what_goes_wrong_does_not_end_the_conversation(
    surefoot: Surefoot, hosting: Hosting
) -> None:
    model = ScriptedModel(fails(ModelError("The provider is down.")), says("Back."))
    done = surefoot("chat", host=hosting(model), stdin=b"one\na\x07b\ntwo\n")
    assert done.stdout.split() == ["Back."]
    assert done.stderr.splitlines() == [
        "surefoot: The provider is down.",
        "surefoot: The question holds the control character U+0007, so it may be binary data. "
        "Remove it.",
    ]
    assert done.returncode == 0


def test_the_last_run_decides_the_exit_code(surefoot: Surefoot, hosting: Hosting) -> None:
    model = ScriptedModel(fails(ModelError("The provider is down.")))
    assert surefoot("chat", host=hosting(model), stdin=b"one\n").returncode == 1
