"""A suite is run once, whatever happens to the process that runs it."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, ToolError, calls, says, tool
from surefoot.agent import fails
from surefoot.errors import InputError, ModelError
from surefoot.evals import (
    ResultStore,
    RunPlan,
    changes,
    compare_results,
    read_suite,
    run_suite,
    write_lock,
)

from ...nursery import begin

ITEMS = int(os.environ.get("SUREFOOT_TEST_KILL_ITEMS", "80"))

PROGRAM = Path(__file__).with_name("killed.py")


def suite_of(folder: Path, count: int) -> Path:
    path = folder / "suite.jsonl"
    lines = [
        json.dumps({"id": f"i{n}", "question": f"Say word{n}", "answer": f"word{n}"})
        for n in range(count)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def graded(out: Path) -> list[tuple[str, ...]]:
    """Return what a results file says, without what is new in each run: ids, times, hashes."""
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    kept = ("item", "item_hash", "repeat", "grader", "config", "outcome", "score", "passed")
    return [tuple(str(one[key]) for key in kept) for one in told]


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_killed_and_started_again_it_loses_nothing_and_grades_nothing_twice(
    tmp_path: Path,
) -> None:
    suite = suite_of(tmp_path, ITEMS)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with begin(PROGRAM, suite, killed, f"word{ITEMS // 2}"):
        give_up = time.monotonic() + 60
        while lines_in(killed / "traces.jsonl") < ITEMS // 3 and time.monotonic() < give_up:
            time.sleep(0.01)
    some = lines_in(killed / "traces.jsonl")
    assert ITEMS // 3 <= some < ITEMS
    for out in (killed, whole):
        with begin(PROGRAM, suite, out) as process:
            assert process.wait() == 0
    found = graded(killed)
    assert max(Counter(found).values()) == 1
    assert found == graded(whole)
    assert lines_in(killed / "traces.jsonl") == ITEMS


@pytest.mark.anyio
async def test_only_errors_are_run_again_when_that_is_asked_for(tmp_path: Path) -> None:
    suite = read_suite(suite_of(tmp_path, 2))
    plan = RunPlan(concurrency=1, retry_errors=True)
    settings = Settings(data_dir=tmp_path / "data")
    first = ScriptedModel(fails(ModelError("down")), says("word1"))
    with ResultStore(tmp_path / "out") as store:
        async with Assistant(settings=settings, model=first, builtins=False) as assistant:
            assert await run_suite(suite, assistant, store, plan=plan) == 2
        second = ScriptedModel(says("word0"))
        async with Assistant(settings=settings, model=second, builtins=False) as assistant:
            assert await run_suite(suite, assistant, store, plan=plan) == 1
        second.finished()
        answers = [one for one in store.results() if one.grader == "answer"]
        assert [one.passed for one in answers] == [True, True]


@pytest.mark.anyio
async def test_the_item_says_what_the_person_at_the_desk_decides(tmp_path: Path) -> None:
    @tool
    async def send() -> str:
        """Send."""
        raise ToolError("never")

    path = tmp_path / "s.jsonl"
    path.write_text('{"question": "Send", "approve": "reject"}', encoding="utf-8")
    model = ScriptedModel(calls("send"), says("Not sent."))
    with ResultStore(tmp_path / "out") as store:
        settings = Settings(data_dir=tmp_path / "data")
        async with Assistant(
            settings=settings, model=model, tools=[send], builtins=False
        ) as assistant:
            await run_suite(read_suite(path), assistant, store)
        (trace,) = store.traces()
    assert [call.approval for call in trace.calls] == ["reject"]


def test_half_a_line_is_dropped_and_the_rest_is_read(tmp_path: Path) -> None:
    with ResultStore(tmp_path) as store:
        assert store.results() == []
    (tmp_path / "results.jsonl").write_text('{"key": "half', encoding="utf-8")
    with ResultStore(tmp_path) as store:
        assert store.results() == []
    assert (tmp_path / "results.jsonl").read_text(encoding="utf-8") == ""


def test_a_changed_item_shows_in_the_lock_and_is_not_compared(tmp_path: Path) -> None:
    path = suite_of(tmp_path, 3)
    suite = read_suite(path)
    assert changes(suite) is None
    write_lock(suite)
    assert not changes(suite)
    text = path.read_text(encoding="utf-8").replace('"Say word1"', '"Tell word1"')
    path.write_text(text, encoding="utf-8")
    found = changes(read_suite(path))
    assert found is not None
    assert found.changed == ("i1",)
    assert compare_results([], []) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"question": ""}',
        '{"question": "q", "anser": "x"}',
        '{"question": "q", "calls": [{"nope": 1}]}',
        '{"id": "a", "question": "q"}\n{"id": "a", "question": "r"}',
        "not json",
        "",
    ],
)
def test_a_suite_that_cannot_work_says_where(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.jsonl"):
        read_suite(path)
