"""A call with side effects that was killed in the middle is asked about, never just made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.events import ApprovalRequested, StepFailed, parse_event

from ...nursery import begin

PROGRAM = Path(__file__).with_name("launching.py")


@pytest.mark.parametrize(("decision", "launches"), [("approve", 2), ("reject", 1)])
def test_a_launch_killed_in_the_middle_is_asked_about_again(
    tmp_path: Path, decision: str, launches: int
) -> None:
    data_dir, marks = tmp_path / "data", tmp_path / "marks"
    with begin(PROGRAM, data_dir, marks) as process:
        assert process.stdout.readline().strip() == "under way"
    assert marks.read_text(encoding="utf-8") == "launched\n"

    out = begin(PROGRAM, data_dir, marks, decision).rest()

    events = [parse_event(line) for line in out.splitlines()]
    first, again = [event for event in events if isinstance(event, ApprovalRequested)]
    assert first.reason == "launch has side effects." and first.call_id == again.call_id
    assert "nothing tells whether it took effect" in again.reason
    assert marks.read_text(encoding="utf-8").count("launched") == launches
    assert events[-1].type == "run.completed"
    refused = [event.code for event in events if isinstance(event, StepFailed)]
    assert refused == ([] if decision == "approve" else ["rejected"])
