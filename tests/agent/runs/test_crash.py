"""A process killed in the middle of a run loses nothing that was told or done."""

from __future__ import annotations

import random
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

from ...nursery import Program, begin

PROGRAM = Path(__file__).with_name("crashing.py")


def finish(process: Program) -> list[Event]:
    out = process.rest()
    assert process.returncode == 0
    return [parse_event(line) for line in out.splitlines() if line.startswith("{")]


def calls_made(marks: Path) -> Counter[str]:
    return Counter(marks.read_text(encoding="utf-8").split())


def test_a_killed_run_is_resumed_and_makes_no_completed_call_again(tmp_path: Path) -> None:
    data_dir, marks = tmp_path / "data", tmp_path / "marks"
    with begin(PROGRAM, data_dir, marks, "slow") as process:
        finished = (line for line in process.stdout if line.strip() == "step.finished")
        assert next(finished) and next(finished)
    assert calls_made(marks) == {"1": 1, "2": 1, "3": 1}

    events = finish(begin(PROGRAM, data_dir, marks))

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
    with begin(PROGRAM, data_dir, marks) as process:
        for _ in range(chance.randrange(0, 16)):
            process.stdout.readline()
        time.sleep(chance.random() * 0.004)

    events = finish(begin(PROGRAM, data_dir, marks))

    whole(events)
    answer = [e.text for e in events if isinstance(e, AnswerCompleted)]
    assert answer == ["It gave 100 [S1]. It gave 200 [S2]. It gave 300 [S3]."]
