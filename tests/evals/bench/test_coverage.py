"""How well plans are found that leave something out is measured on labelled questions."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from surefoot.evals.bench.checks.coverage import (  # type: ignore[import-not-found]
    CATEGORIES,
    bfcl,
    told,
)

TOOL = {"name": "sky.look", "description": "Look at the sky.", "parameters": {}}


def wheel(path: Path, questions: dict[str, list[str]]) -> Path:
    """Write a file as BFCL's, in which each question wants a call for each of the places."""
    with zipfile.ZipFile(path, "w") as archive:
        for category in CATEGORIES:
            asked, truth = [], []
            for n, (question, places) in enumerate(questions.items()):
                name = f"{category}_{n}"
                turn = [{"role": "user", "content": question}]
                asked.append({"id": name, "question": [turn], "function": [TOOL]})
                calls = [{"sky.look": {"place": [place, ""], "how": [""]}} for place in places]
                truth.append({"id": name, "ground_truth": calls})
            for inside, rows in (("", asked), ("possible_answer/", truth)):
                text = "\n".join(map(json.dumps, rows))
                archive.writestr(f"bfcl_eval/data/{inside}BFCL_v4_{category}.json", text)
    return path


def test_plans_with_a_call_left_out_are_told_from_whole_ones(tmp_path: Path) -> None:
    two = "How blue is the sky over Tromso, and how many clouds hang above Lisbon?"
    one = "What is seen over Lisbon and Tromso?"
    path = wheel(tmp_path / "wheel", {two: ["Tromso", "Lisbon"], one: ["Lisbon", "Tromso"]})
    found = list(bfcl(path))
    assert [case.is_pointed_at() for case in found] == [False] * 8
    assert [case.is_pointed_at(without=1) for case in found] == [True, False] * 4
    lines = list(told(found))
    assert all("whole plans   0 of" in line for line in lines)
    assert {line.partition(",")[0] for line in lines} == {f"BFCL {one}" for one in CATEGORIES}
