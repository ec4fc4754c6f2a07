"""A process killed in the middle of a run loses nothing that was told or done."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from surefoot.events import (
    AnswerCompleted,
    Event,
    StepFinished,
    parse_event,
)

PROGRAM = Path(__file__).with_name("crashing.py")


def begin(data_dir: Path, marks: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(data_dir), str(marks), *more],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str]) -> list[Event]:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return [parse_event(line) for line in out.splitlines() if line.startswith("{")]


def calls_made(marks: Path) -> Counter[str]:
    return Counter(marks.read_text(encoding="utf-8").split())


def test_a_killed_run_is_resumed_and_makes_no_completed_call_again(tmp_path: Path) -> None:
    data_dir, marks = tmp_path / "data", tmp_path / "marks"
    process = begin(data_dir, marks, "slow")
    assert process.stdout is not None
    finished = 0
    while finished < 2:
        finished += process.stdout.readline().strip() == "step.finished"
    process.kill()
    process.communicate()
    assert calls_made(marks) == {"1": 1, "2": 1, "3": 1}

    events = finish(begin(data_dir, marks))

    assert calls_made(marks) == {"1": 1, "2": 1, "3": 2}
    whole(events)
    assert [e.text for e in events if isinstance(e, AnswerCompleted)] == [
        "It gave 100 [S1]. It gave 200 [S2]. It gave 300 [S3]."
    ]


def whole(events: list[Event]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [e.type for e in events].count("run.started") == 1
    assert events[-1].type == "run.completed"
    ended = Counter(e.call_id for e in events if isinstance(e, StepFinished))
    assert set(ended.values()) == {1} and len(ended) == 3
    numbers = [i for e in events if isinstance(e, StepFinished) for i in e.evidence_ids]
    assert sorted(numbers) == ["S1", "S2", "S3"]


@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_at_random_ends_whole(tmp_path: Path, seed: int) -> None:
    data_dir, marks = tmp_path / "data", tmp_path / "marks"
    chance = random.Random(seed)
    process = begin(data_dir, marks)
    assert process.stdout is not None
    for _ in range(chance.randrange(0, 16)):
        process.stdout.readline()
    time.sleep(chance.random() * 0.004)
    process.kill()
    process.communicate()

    events = finish(begin(data_dir, marks))

    whole(events)
    answer = [e.text for e in events if isinstance(e, AnswerCompleted)]
    assert answer == ["It gave 100 [S1]. It gave 200 [S2]. It gave 300 [S3]."]
