"""ChromaSaver keeps LangGraph's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langgraph.checkpoint.base import empty_checkpoint

from surefoot.memory import ChromaSaver

from .conftest import client_of


def opened(folder: Path) -> ChromaSaver:
    return ChromaSaver(client_of(folder))


@pytest.mark.slow
@pytest.mark.anyio
async def test_it_has_every_capability_of_the_conformance_suite(tmp_path: Path) -> None:
    suite = pytest.importorskip("langgraph.checkpoint.conformance")
    folders = iter(range(1000))

    @suite.checkpointer_test(name="ChromaSaver")  # type: ignore[untyped-decorator]
    async def saver() -> AsyncIterator[ChromaSaver]:
        yield opened(tmp_path / str(next(folders)))

    report = await suite.validate(saver)
    assert report.passed_all(), report


def test_a_thread_goes_on_where_another_saver_left_it(tmp_path: Path) -> None:
    start = opened(tmp_path).put(
        {"configurable": {"thread_id": "t", "checkpoint_ns": ""}},
        first := empty_checkpoint(),
        {"source": "input", "step": -1},
        {},
    )
    opened(tmp_path).put_writes(start, [("answer", {"text": "ünï"})], "task")

    found = opened(tmp_path).get_tuple({"configurable": {"thread_id": "t"}})

    assert found is not None
    assert found.checkpoint["id"] == first["id"]
    assert found.pending_writes == [("task", "answer", {"text": "ünï"})]


def test_deleting_a_thread_leaves_the_others(tmp_path: Path) -> None:
    saver = opened(tmp_path)
    for thread in ("a", "b"):
        saver.put(
            {"configurable": {"thread_id": thread, "checkpoint_ns": ""}},
            empty_checkpoint(),
            {},
            {},
        )

    saver.delete_thread("a")

    assert saver.get_tuple({"configurable": {"thread_id": "a"}}) is None
    assert saver.get_tuple({"configurable": {"thread_id": "b"}}) is not None


def test_the_latest_checkpoint_is_known_again_after_its_run_was_deleted(tmp_path: Path) -> None:
    saver = opened(tmp_path)
    kept, gone = empty_checkpoint(), empty_checkpoint()
    for checkpoint, run in ((kept, "first"), (gone, "second")):
        saver.put(
            {"configurable": {"thread_id": "a", "checkpoint_ns": "", "run_id": run}},
            checkpoint,
            {"run_id": run},
            {},
        )
    latest = saver.get_tuple({"configurable": {"thread_id": "a"}})

    saver.delete_for_runs(["second"])
    before = saver.get_tuple({"configurable": {"thread_id": "a"}})
    saver.copy_thread("a", "b")
    saver.delete_for_runs(["first"])
    copied = saver.get_tuple({"configurable": {"thread_id": "b"}})

    assert latest is not None and latest.checkpoint["id"] == gone["id"]
    assert before is not None and before.checkpoint["id"] == kept["id"]
    assert saver.get_tuple({"configurable": {"thread_id": "a"}}) is None
    assert copied is None


def test_an_older_checkpoint_kept_late_is_not_the_latest(tmp_path: Path) -> None:
    saver = opened(tmp_path)
    older, newer = empty_checkpoint(), empty_checkpoint()
    for checkpoint in (newer, older):
        saver.put({"configurable": {"thread_id": "a", "checkpoint_ns": ""}}, checkpoint, {}, {})

    latest = saver.get_tuple({"configurable": {"thread_id": "a"}})

    assert latest is not None and latest.checkpoint["id"] == newer["id"]
