"""Questions of several parts become steps, side by side or building on each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Conversation


def test_independent_parts_are_called_side_by_side(reading: Conversation) -> None:
    answer = reading.ask(
        "How many Adelie penguins live on Dream island, and what does the exit code 3 mean?"
    )
    assert [len(calls) for calls in reading.rounds] == [2]
    assert reading.calls == ["run_sql", "search_documents"]
    assert answer == (
        "20 Adelie penguins live on Dream island [S1].\n"
        "Exit codes: 0 done, 1 the run failed, 2 bad usage, 3 a gate not met [S2]."
    )


def test_a_difference_is_a_plan_of_two_queries_and_a_subtraction(penguins: Conversation) -> None:
    answer = penguins.ask("How much heavier is the average Gentoo than the average Adelie?")
    [[(name, args)]] = penguins.rounds
    assert name == "plan"
    assert [step["tool"] for step in args["steps"]] == ["run_sql", "run_sql", "run_code"]
    assert args["steps"][2]["args"] == {
        "code": "first - second",
        "inputs": {
            "first": {"$ref": "s1.rows.0.avg_body_mass_g"},
            "second": {"$ref": "s2.rows.0.avg_body_mass_g"},
        },
    }
    assert answer == (
        "The average body mass is 4985.42 g for Gentoo [S1] and 3655.13 g for Adelie [S2]. "
        "The difference is 1330.29 g [S3]."
    )


def test_whether_one_is_more_than_another_is_told_by_both_numbers(penguins: Conversation) -> None:
    answer = penguins.ask("Do Gentoo penguins weigh more than Adelie penguins?")
    assert answer == (
        "The average body mass is 4985.42 g for Gentoo [S1] and 3655.13 g for Adelie [S2]. "
        "The difference is 1330.29 g [S3]."
    )


def test_without_the_plan_tool_steps_that_build_on_others_follow_them(
    converse: Callable[..., Conversation],
) -> None:
    talk = converse("penguins", "plan")
    answer = talk.ask("How many times as many penguins are on Biscoe as on Torgersen?")
    assert [[name for name, _ in calls] for calls in talk.rounds] == [
        ["run_sql", "run_sql"],
        ["run_code"],
    ]
    assert talk.rounds[1][0][1] == {
        "code": "first / second",
        "inputs": {"first": 48, "second": 10},
    }
    assert answer == (
        "The number is 48 for Biscoe [S1] and 10 for Torgersen [S2]. "
        "That is 4.8 times as many [S3]."
    )


def test_without_a_sandbox_the_database_subtracts(converse: Callable[..., Conversation]) -> None:
    talk = converse("penguins", "run_code")
    answer = talk.ask("How many more Adelie than Chinstrap penguins are there?")
    assert talk.calls == ["run_sql"]
    assert "[S1]" in answer
    assert "21" in answer


def test_a_part_may_speak_of_what_the_part_before_it_found(penguins: Conversation) -> None:
    answer = penguins.ask(
        "How many Gentoo penguins are there and what percentage of all penguins is that?"
    )
    assert penguins.calls == ["plan"]
    assert answer == "There are 38 Gentoo penguins [S1].\nThat is 39.18% of the penguins [S3]."


def test_a_unit_of_the_last_result_is_converted(penguins: Conversation) -> None:
    answer = penguins.ask("What is the maximum body mass? What is that in kg?")
    assert answer == "The maximum body mass is 5250 g [S1].\nThat is 5.25 kg [S2]."


def test_the_same_call_for_two_parts_is_made_once(penguins: Conversation) -> None:
    answer = penguins.ask("How many penguins are there? How many penguins are there?")
    assert [len(calls) for calls in penguins.rounds] == [1]
    assert answer == "There are 97 penguins [S1]."


def test_a_failed_step_is_said_and_the_others_are_answered(penguins: Conversation) -> None:
    bound = penguins.planner.bind_tools(penguins.tools)
    question = HumanMessage("How many penguins are there? What is 15% of 80?")
    asked = bound.invoke([question])
    assert isinstance(asked, AIMessage)
    one, two = asked.tool_calls
    answer = bound.invoke(
        [
            question,
            asked,
            ToolMessage(
                "Error (timeout): The query took longer than 30 s.",
                tool_call_id=one["id"],
                status="error",
            ),
            ToolMessage("[S1] code · python\n12.0", tool_call_id=two["id"]),
        ]
    )
    assert answer.tool_calls == []
    assert str(answer.text) == (
        "The step run_sql failed: The query took longer than 30 s.\n15% of 80 is 12 [S1]."
    )


def test_a_call_is_mended_once_when_the_error_says_how(penguins: Conversation) -> None:
    bound = penguins.planner.bind_tools(penguins.tools)
    messages: list[BaseMessage] = [HumanMessage("How many penguins are on Dream?")]
    for round_ in range(2):
        asked = bound.invoke(messages)
        assert isinstance(asked, AIMessage)
        [call] = asked.tool_calls
        assert call["args"]["sql"].endswith("'Dream'" if round_ == 0 else "'Dreams'")
        told = "Error (unknown_value): 'Dream' never occurs in island; did you mean 'Dreams'?"
        messages += [asked, ToolMessage(told, tool_call_id=call["id"], status="error")]
    end = bound.invoke(messages)
    assert end.tool_calls == []
    assert str(end.text).startswith("The step run_sql failed: ")


def test_notes_of_the_run_are_no_questions(penguins: Conversation) -> None:
    penguins.ask("How many penguins are there?")
    bound = penguins.planner.bind_tools(penguins.tools)
    limit = HumanMessage(
        "Note from the run: no more tools can be called, because the run reached its limit. "
        "Answer now from the evidence above, and say plainly what could not be done."
    )
    assert str(bound.invoke([*penguins.messages[:-1], limit]).text) == "There are 97 penguins [S1]."
    repair = HumanMessage(
        "Note from the run: these sentences of your answer did not pass their check and were not "
        "shown:\n1. There are 97 penguins."
    )
    assert str(bound.invoke([*penguins.messages, repair]).text) == "NONE"


def test_what_was_not_done_before_a_limit_is_said(penguins: Conversation) -> None:
    limit = HumanMessage("Note from the run: no more tools can be called, because time is up.")
    answer = penguins.planner.bind_tools(penguins.tools).invoke(
        [HumanMessage("How many penguins are there?"), limit]
    )
    assert answer.tool_calls == []
    assert str(answer.text) == "The step run_sql was not done."
