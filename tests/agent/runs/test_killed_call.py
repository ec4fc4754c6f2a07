"""A call with side effects that was killed in the middle is asked about, never just made again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.events import ApprovalRequested, StepFailed, parse_event

PROGRAM = Path(__file__).with_name("launching.py")


def begin(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize(("decision", "launches"), [("approve", 2), ("reject", 1)])
def test_a_launch_killed_in_the_middle_is_asked_about_again(
    tmp_path: Path, decision: str, launches: int
) -> None:
    data_dir, marks = str(tmp_path / "data"), tmp_path / "marks"
    process = begin(data_dir, str(marks))
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "under way"
    process.kill()
    process.communicate()
    assert marks.read_text(encoding="utf-8") == "launched\n"

    out, _ = begin(data_dir, str(marks), decision).communicate(timeout=60)

    events = [parse_event(line) for line in out.splitlines()]
    first, again = [event for event in events if isinstance(event, ApprovalRequested)]
    assert first.reason == "launch has side effects." and first.call_id == again.call_id
    assert "nothing tells whether it took effect" in again.reason
    assert marks.read_text(encoding="utf-8").count("launched") == launches
    assert events[-1].type == "run.completed"
    refused = [event.code for event in events if isinstance(event, StepFailed)]
    assert refused == ([] if decision == "approve" else ["rejected"])
