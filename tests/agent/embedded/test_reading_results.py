"""Results are read back from the text a model is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

if TYPE_CHECKING:
    from surefoot.agent import EmbeddedPlanner


def _answer(planner: EmbeddedPlanner, tool: str, told: str, question: str = "What is it?") -> str:
    call = {"name": tool, "args": {"x": "1"}, "id": "c1", "type": "tool_call"}
    asked = AIMessage.model_validate({"type": "ai", "content": "", "tool_calls": [call]})
    messages: list[BaseMessage] = [HumanMessage(question), asked]
    return str(planner.invoke([*messages, ToolMessage(told, tool_call_id="c1")]).text)


def test_each_piece_of_evidence_is_said_with_its_own_citation(planner: EmbeddedPlanner) -> None:
    told = (
        "[S4] memory · said 2026-11-24T08:00:00Z\nThe user prefers kilometres.\n\n"
        "[S2] table · 3 rows · SQL: SELECT island, count(*) AS n FROM penguins GROUP BY island\n"
        "| island | n |\n| --- | --- |\n| Bis\\|coe | 168 |\n| Dream | 124 |\n\n"
        "[S5] tool · fx_rate\n1.07"
    )
    assert _answer(planner, "anything", told).splitlines() == [
        "You prefer kilometres [S4].",
        "- Bis|coe: number 168 [S2].",
        "- Dream: number 124 [S2].",
        "- … and 1 more rows [S2].",
        "It is 1.07 [S5].",
    ]


def test_an_error_is_said(planner: EmbeddedPlanner) -> None:
    told = "Error (invalid_arguments): `sql` is missing."
    assert _answer(planner, "run_sql", told) == "The step run_sql failed: `sql` is missing."


def test_numbers_are_rounded_to_two_decimals_at_most(planner: EmbeddedPlanner) -> None:
    for shown, said in (("5076.016260162601", "5076.02"), ("0.01234567", "0.0123"), ("3", "3")):
        told = f"[S1] code · python\n{shown}"
        assert _answer(planner, "run_code", told, "What is 1 + 2?") == f"1 + 2 is {said} [S1]."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(), st.sampled_from(["[S1] table · 1 row", "[S1] code · python", "## s1 run_sql", ""])
)
def test_any_result_can_be_read(planner: EmbeddedPlanner, text: str, head: str) -> None:
    assert _answer(planner, "run_sql", f"{head}\n{text}")
