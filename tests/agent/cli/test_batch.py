"""`surefoot ask --file`: many questions, some at the same time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from surefoot import ModelError
from surefoot.agent import Host
from surefoot.events import RunStarted, parse_event
from surefoot.messages import UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta

Surefoot = Callable[..., CompletedProcess[str]]
Hosting = Callable[..., Host]


class Echo:
    """Answers with the question, and fails when it is told to; counts who is answered at once."""

    name = "echo"

    def __init__(self) -> None:
        self.at_once = 0
        self.most_at_once = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the answer."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        asked = [m.text for m in request.messages if isinstance(m, UserMessage)][-1]
        if asked == "fail":
            raise ModelError("The provider is down.")
        yield TextDelta(f"You asked {asked}.")
        yield Finished(reason="stop")
        self.at_once -= 1


def questions(folder: Path, *lines: object) -> str:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(path)


def test_answers_come_in_the_order_of_the_file(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    path = questions(folder, *({"text": f"about {n}"} for n in "abcdefgh"))
    echo = Echo()
    done = surefoot("ask", "--file", path, "--parallel", "3", host=hosting(echo))
    assert done.stdout == "".join(
        f"## {n}: about {c}\n\nYou asked about {c}.\n\n" for n, c in enumerate("abcdefgh", 1)
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert echo.most_at_once <= 3


def test_json_lines_carry_the_ids_users_and_threads_of_the_file(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    path = questions(
        folder,
        {"id": "a", "text": "one", "thread": "t", "user": "ann", "expected": "ignored"},
        {"id": "b", "text": "two", "thread": "t"},
    )
    done = surefoot("ask", "--file", path, "--json", host=hosting(Echo()))
    events = [parse_event(line) for line in done.stdout.splitlines()]
    started = [event for event in events if isinstance(event, RunStarted)]
    told = [(event.message_id, event.text, event.user, event.thread_id) for event in started]
    assert told == [("a", "one", "ann", "t"), ("b", "two", "me", "t")]
    assert [event.type for event in events].count("run.completed") == 2


def test_one_failed_run_fails_the_batch_and_the_others_are_answered(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    path = questions(folder, {"text": "one"}, {"text": "fail"}, {"text": "two"})
    done = surefoot("ask", "--file", path, host=hosting(Echo()))
    assert done.returncode == 1
    assert "You asked one." in done.stdout
    assert "The run failed: The provider is down." in done.stdout
    assert "You asked two." in done.stdout


def test_a_question_that_cannot_be_asked_does_not_stop_the_others(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    path = questions(folder, {"text": "one", "thread": "not a thread"}, {"text": "two"})
    done = surefoot("ask", "--file", path, host=hosting(Echo()))
    assert done.returncode == 1
    assert "Not asked: 'not a thread' is not a thread id" in done.stdout
    assert "You asked two." in done.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no question"),
        (b"\n\n", "holds no question"),
        (b"{", "Line 1 of questions.jsonl is not JSON"),
        (b'{"text": "a"}\n[1]', "Line 2 of questions.jsonl is no question"),
        (b'{"txt": "a"}', "text"),
        (b'{"text": " "}', "The question in line 1 is empty"),
        (b'{"text": "caf\xe9"}', "not UTF-8"),
        (b'{"text": "a\\u0007b"}', "control character U+0007"),
    ],
)
def test_a_broken_file_names_the_line_and_asks_nothing(
    surefoot: Surefoot, hosting: Hosting, folder: Path, content: bytes, told: str
) -> None:
    (folder / "questions.jsonl").write_bytes(content)
    done = surefoot("ask", "--file", "questions.jsonl", host=hosting(Echo()))
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert told in line


def test_a_file_goes_with_no_question_of_its_own(surefoot: Surefoot, folder: Path) -> None:
    path = questions(folder, {"text": "one"})
    assert surefoot("ask", "two", "--file", path).returncode == 2
    assert surefoot("ask", "--thread", "t", "--file", path).returncode == 2


def test_the_same_id_in_the_same_thread_is_answered_once(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    path = questions(folder, {"id": "a", "text": "one", "thread": "t"})
    first = surefoot("ask", "--file", path, host=hosting(Echo()))
    again = surefoot("ask", "--file", path, host=hosting(Echo()))
    assert again.stdout == first.stdout
    assert len(surefoot("trace", "list").stdout.splitlines()) == 1
