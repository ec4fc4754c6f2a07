"""What a model says that no evidence has is left out, or said with a mark, by policy."""

from __future__ import annotations

import pytest

from surefoot import ScriptedModel, calls, says
from surefoot.events import AnswerCompleted, CheckFailed
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
