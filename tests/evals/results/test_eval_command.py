"""The commands `eval grade`, `compare` and `report`, from files to exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from click.testing import CliRunner

from surefoot.agent import Host, run_command
from surefoot.evals import read_text

RUNS = 8


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def surefoot(*args: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it says."""
    with CliRunner().isolation() as (out, err, _):
        code = run_command(args, Host())
        return code, out.getvalue().decode(), err.getvalue().decode()


def run(n: int, *, model: str, right: bool) -> dict[str, object]:
    call = {"id": "c", "name": "find", "args": {"n": n if right else -1}}
    return {
        "suite_name": "s",
        "pipeline_name": model,
        "user_task_id": f"task_{n}",
        "injection_task_id": None,
        "messages": [
            {"role": "user", "content": f"Find {n} <b>&"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": f"found {n}"},
            {"role": "assistant", "content": f"It is {n}."},
        ],
        "error": None,
        "duration": float(n),
        "utility": right,
        "security": False,
    }


def write(folder: Path, name: str, rights: int) -> Path:
    path = folder / name
    path.mkdir()
    for n in range(RUNS):
        body = run(n, model=name, right=n < rights)
        (path / f"{n}.json").write_text(json.dumps(body), encoding="utf-8")
    return path


def test_runs_are_graded_against_others_and_every_file_is_accounted_for(folder: Path) -> None:
    good, bad = write(folder, "good", RUNS), write(folder, "bad", 2)
    (bad / "notes.txt").write_text("not a trace", encoding="utf-8")
    code, out, err = surefoot(
        "eval", "grade", str(bad), "--grader", "trajectory", "--against", str(good)
    )
    assert code == 0
    assert "0.2500" in out
    assert "9 files, 8 read whole" in err
    assert "1: it is text, not a trace" in err


def test_what_is_known_is_not_graded_again_and_a_pool_gives_the_same(folder: Path) -> None:
    bad = write(folder, "bad", 2)
    args = ("eval", "grade", str(bad), "--grader", "outcome:utility", "--out")
    assert surefoot(*args, "one")[0] == 0
    first = (folder / "one" / "results.jsonl").read_text(encoding="utf-8")
    assert surefoot(*args, "one")[0] == 0
    assert (folder / "one" / "results.jsonl").read_text(encoding="utf-8") == first
    assert surefoot(*args, "two", "--jobs", "2")[0] == 0
    assert (folder / "two" / "results.jsonl").read_text(encoding="utf-8") == first


def test_a_gate_that_is_not_met_ends_with_3_and_junit_and_parquet_tell_the_rest(
    folder: Path,
) -> None:
    bad = write(folder, "bad", 2)
    args = ("eval", "grade", str(bad), "--grader", "outcome:utility")
    outputs = ("--junit", "j.xml", "--parquet", "r.parquet", "--html", "r.html")
    code, _, err = surefoot(*args, *outputs, "--min", "outcome.utility=0.9")
    assert code == 3
    assert "Gate not met: outcome.utility is 0.250" in err
    suite = ElementTree.parse(folder / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == (str(RUNS), str(RUNS - 2))
    with duckdb.connect() as query:
        rows = query.execute("SELECT count(*), sum(score) FROM 'r.parquet'").fetchall()
    assert rows == [(RUNS, 2.0)]
    assert surefoot(*args, "--min", "outcome.utility=0.2")[0] == 0


def test_two_sets_of_results_are_compared_and_the_page_shows_where_runs_part(
    folder: Path,
) -> None:
    for name, rights in (("good", RUNS), ("bad", 0)):
        path = write(folder, name, rights)
        surefoot("eval", "grade", str(path), "--grader", "outcome:utility", "--out", f"r-{name}")
    code, out, _ = surefoot(
        "eval", "compare", "r-good", "r-bad", "--fail-if", "worse", "--html", "c.html"
    )
    assert (code, out) == (3, out)
    assert "worse (8 items; 0 won, 8 lost)" in out
    page = (folder / "c.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "diverges" in page
    assert "Find 0 &lt;b&gt;&amp;" in page
    assert "http" not in page
    assert surefoot("eval", "compare", "r-bad", "r-good", "--fail-if", "worse")[0] == 0
    assert surefoot("eval", "report", "r-good", "--html", "one.html")[0] == 0


def test_only_the_runs_that_are_asked_for_and_told_apart_by_a_value(folder: Path) -> None:
    write(folder, "good", RUNS)
    write(folder, "bad", 2)
    code, out, _ = surefoot(
        *("eval", "grade", ".", "--grader", "outcome:utility", "--by", "model"),
        *("--where", "item=s/task_[0-3]"),
    )
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        ["bad", "outcome.utility", "0.5000"],
        ["good", "outcome.utility", "1.0000"],
    ]


def test_pass_at_k_needs_repeats_and_says_so(folder: Path) -> None:
    write(folder, "good", RUNS)
    _, out, err = surefoot("eval", "grade", "good", "--grader", "outcome:utility", "--passes", "2")
    assert "pass^1 1.000" in out
    assert "needs at least that many repeats" in err


def test_results_go_out_as_opentelemetry_events(folder: Path) -> None:
    write(folder, "good", RUNS)
    _, out, _ = surefoot("eval", "grade", "good", "--grader", "outcome:utility", "--export", "otlp")
    assert "gen_ai.evaluation.result" in out
    traces = read_text(out, "back").traces
    assert len(traces) == RUNS
    assert traces[0].labels["score.outcome.utility"] == 1.0


@pytest.mark.parametrize(
    "args",
    [
        ("grade", "nowhere"),
        ("grade", ".", "--grader", "nope"),
        ("grade", ".", "--grader", "loops"),
        ("compare", ".", ".", "--fail-if", "nope"),
        ("grade", ".", "--where", "x"),
    ],
)
def test_what_cannot_work_is_bad_usage(args: tuple[str, ...]) -> None:
    assert surefoot("eval", *args)[0] == 2
