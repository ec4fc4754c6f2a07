"""What a model says that no evidence has is left out, or said with a mark, by policy."""

from __future__ import annotations

import pytest

from surefoot import ScriptedModel, calls, says
from surefoot.events import AnswerCompleted, CheckFailed
from surefoot.evidence import DocumentSource, Evidence
from surefoot.graphs import DEFAULT_CHECKS, Claim, judge
from surefoot.limits import ReleasePolicy

from .conftest import add, driven

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("policy", ["hold", "label", "retract"])
async def test_what_a_model_knows_by_itself_is_left_out_or_marked(policy: ReleasePolicy) -> None:
    text = "It is 3 [S1]. The city of Paris lies on the river Seine. So it is 3 [S1]."
    turns = (calls("add", a=1, b=2), says(text), says("NONE"))
    run = driven(ScriptedModel(*turns), add, policy=policy)
    run.context.own_knowledge = "mark"
    answer = await run.ask()
    marked = "Paris lies on the river Seine. (from the model's own knowledge) So"
    assert marked in answer.text
    assert run.told(AnswerCompleted)[0].text == answer.text
    assert not [failed for failed in run.told(CheckFailed) if failed.stage == "answer"]
    strict = driven(ScriptedModel(*turns), add, policy=policy)
    assert ("Seine" in (await strict.ask()).text) is (policy == "label")


def test_what_no_evidence_speaks_of_is_own_knowledge_without_a_name_as_well() -> None:
    said = "Modern catamarans burn much more fuel than conventional vessels."
    assert codes(said, "Delays differ between ferry routes.") == ["own_knowledge"]
    assert codes(said) == []  # Nothing has been found to hold it to.
    assert codes("Delays of ferries differ from route to route.", "Delays differ by route.") == []
    assert codes("Here is what modern catamarans burn in fuel.", "Delays differ by route.") == []


def codes(said: str, *texts: str) -> list[str]:
    """Return why a sentence that cites nothing fails."""
    evidence = tuple(
        Evidence(
            id=f"S{number}",
            source=DocumentSource(path="a.md", start=0, end=len(text)),
            content=text,
            created_at="",
        )
        for number, text in enumerate(texts, 1)
    )
    claim = Claim(id="c0", text=said, cited_ids=(), cited=(), evidence=evidence, question="")
    return [one.code for one in judge(DEFAULT_CHECKS.answer, claim) if one.failed]
