"""`surefoot eval judge`: providers' models judge recorded runs, and are measured against people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from surefoot.agent import Host, run_command
from surefoot.evals import ResultStore

if TYPE_CHECKING:
    from tests.providers.conftest import Provider

PROMPT = "Is the answer right?"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with six runs, five of which people have thought something of."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    lines: list[dict[str, object]] = []
    for n in range(6):
        chat = [{"role": "user", "content": f"What is {n}?"}, {"role": "assistant", "content": "1"}]
        (tmp_path / f"run-{n}.json").write_text(json.dumps({"id": f"r{n}", "messages": chat}))
    for n, opinion in enumerate(["good", "good", "bad", "bad", "good"]):
        lines.append({"run_id": f"r{n}", "opinion": opinion, "user": "ann", "at": 1.5})
    lines.append({"run_id": "r0", "opinion": "bad", "user": "bob", "at": 2.5})
    lines.append({"trace_id": "r0", "by_hand": True})
    lines += [{"trace_id": f"r{n}", "by_hand": n != 2} for n in range(1, 5)]
    (tmp_path / "people.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return tmp_path


def surefoot(*args: str) -> tuple[int, str, str]:
    with CliRunner().isolation() as (out, err, _):
        code = run_command(args, Host())
        return code, out.getvalue().decode(), err.getvalue().decode()


RUNS = tuple(f"run-{n}.json" for n in range(6))
JUDGE = ("eval", "judge", *RUNS, "--prompt", PROMPT, "--labels", "people.jsonl", "--out", "judged")


def test_a_model_of_a_provider_judges_and_is_measured_against_people(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in provider.environment.items():
        monkeypatch.setenv(name, value)
    for verdict in ("Right.\nPASS", "PASS", "**FAIL**", "Wrong.\nFAIL", "PASS", "Well, perhaps."):
        provider.says(verdict)
    judge = (*JUDGE, "--model", provider.name, "--truth", "by_hand", "--parallel", "1")
    code, out, err = surefoot(*judge)
    assert code == 0, err
    assert "judged 6 runs: 3 pass, 2 fail, 1 without a verdict" in err
    assert "It cost $0.0" in err
    assert "Against 'by_hand' of 5 runs:" in out
    assert "agreement    0.800" in out and "specificity  1.000" in out
    assert "pass rate    0.600, corrected for its mistakes 0.800" in out
    assert PROMPT in json.dumps(provider.bodies[0]) and len(provider.bodies) == 6
    provider.says("PASS")
    code, out, err = surefoot(*judge, "--min", "judge.judge=0.9")
    assert (code, len(provider.bodies)) == (3, 7), "only what has no verdict is asked again"
    assert "judged 1 runs: 1 pass" in err and "5 were judged before" in err
    code, out, _ = surefoot("eval", "grade", "judged/traces.jsonl", "--grader", "judge:judge")
    assert code == 0 and "0.6667" in out
    with ResultStore(Path("judged")) as store:
        labels = {trace.trace_id: trace.labels for trace in store.traces()}
    assert labels["r0"]["judge.judge.text"] == "Right.\nPASS"
    assert labels["r0"]["judge.judge.model"] == provider.name


def test_without_a_key_or_with_the_planner_it_says_what_to_do() -> None:
    for model, told in [("openai:gpt-5-mini", "OPENAI_API_KEY"), ("embedded", "--model")]:
        code, _, err = surefoot(*JUDGE, "--model", model)
        assert code == 2 and told in err
    code, _, err = surefoot("eval", "judge", *RUNS, "--model", "openai:gpt-5-mini")
    assert code == 2 and "--prompt" in err


def test_no_run_is_begun_once_the_money_is_spent(
    both: tuple[Provider, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, _ = both
    for name, value in provider.environment.items():
        monkeypatch.setenv(name, value)
    provider.says("PASS").says("PASS")
    more = ("--max-usd", "0.0000001", "--parallel", "1")
    code, _, err = surefoot(*JUDGE, "--model", provider.name, *more)
    assert code == 0, err
    assert len(provider.bodies) == 1 and "5 runs are left" in err


def test_thumbs_are_a_label_and_a_grader() -> None:
    code, out, _ = surefoot(
        "eval", "grade", *RUNS, "--labels", "people.jsonl", "--grader", "feedback"
    )
    assert code == 0
    assert "feedback" in out and "0.5000" in out and "1 unscorable" in out


@pytest.mark.parametrize(
    ("line", "told"),
    [("{", "no JSON"), ("[1]", "no JSON object"), ('{"a": 1}', "does not say which run")],
)
def test_a_line_that_says_nothing_of_a_run_is_named(folder: Path, line: str, told: str) -> None:
    (folder / "people.jsonl").write_text(f"\n{line}\n")
    code, _, err = surefoot("eval", "grade", *RUNS, "--labels", "people.jsonl")
    assert code == 2 and told in err and "line 2" in err
