"""The measurements of memory, on little."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surefoot.evals import memory

pytestmark = pytest.mark.anyio

SAID = (
    ("Ann", "I went to the pottery class on Friday."),
    ("Ben", "Lovely! I have painted a lake at sunrise."),
    ("Ann", "How long did the painting take you?"),
    ("Ben", "Two weeks, mostly in the evenings."),
)


def sample(name: str) -> dict[str, object]:
    told = [
        {"speaker": speaker, "dia_id": f"D1:{n}", "text": text}
        for n, (speaker, text) in enumerate(SAID, 1)
    ]
    return {
        "sample_id": name,
        "conversation": {
            "speaker_a": "Ann",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": told,
        },
        "qa": [
            {"question": "When was the pottery class?", "evidence": ["D1:1"], "category": 2},
            {"question": "How long did Ben paint?", "evidence": ["D1:4", "D1:2"], "category": 1},
            {"question": "What did Ann paint at sunrise?", "evidence": ["D1:2"], "category": 5},
            {"question": "Who is nobody?", "evidence": [], "category": 4},
        ],
    }


async def test_evidence_recall_is_printed_beside_other_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "locomo.json"
    file.write_text(json.dumps([sample("a"), sample("b")]))

    await memory.measure_locomo(file)
    printed = capsys.readouterr().out.splitlines()

    assert printed[0].startswith("2 conversations, 8 turns, 6 questions with evidence")
    assert [line.split("  ")[0] for line in printed[2:8]] == [
        "dense only",
        "BM25 only",
        "BM25, date + turn before + turn",
        "reciprocal ranks 2:1 of that and smoothed dense",
        "Surefoot, weights of the other conversations",
        "Surefoot, weights as shipped",
    ]
    assert all("1.000 [1.000, 1.000]" in line for line in printed[2:8])
    assert any(line.startswith("abstention: ") for line in printed)
    assert printed[-1].startswith("  all ")


async def test_latencies_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    await memory.measure_latency([20], times=2)
    await memory.measure_stores([20], times=2)
    printed = capsys.readouterr().out

    for name in ("add a turn", "add a fact", "recall", "question to prompt", "list namespaces"):
        assert f"{name}: wall p50 " in printed
