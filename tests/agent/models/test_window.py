"""Windows: what goes first when a conversation is too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from surefoot.agent import fitted, tokens_of
from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import ModelRequest

CALL = ToolCall(call_id="c", name="look", args={})


def conversation(turns: int, turn: int, results: int, result: int) -> ModelRequest:
    messages: list[Message] = [SystemMessage("Be brief.")]
    for n in range(turns):
        messages += [UserMessage(f"q{n} " + "x" * turn), AssistantMessage("a" * turn)]
    messages.append(UserMessage("The question?"))
    for n in range(results):
        text = f"[S{n}] document · a.md\n" + "e" * result
        messages += [
            AssistantMessage(tool_calls=(CALL,)),
            ToolMessage(call_id="c", name="look", text=text),
        ]
    return ModelRequest(messages=tuple(messages))


def test_what_fits_is_left_as_it_is() -> None:
    request = conversation(2, 100, 2, 100)
    assert fitted(request, 10_000) is request


def test_the_oldest_turns_go_first_and_whole() -> None:
    fit = fitted(conversation(4, 400, 1, 400), 800)
    texts = [message.text[:3] for message in fit.messages if isinstance(message, UserMessage)]
    assert texts[-1] == "The"
    assert "q0 " not in texts
    assert "q3 " in texts


def test_results_keep_their_number_and_source() -> None:
    fit = fitted(conversation(1, 40, 4, 8000), 1000)
    results = [message.text for message in fit.messages if isinstance(message, ToolMessage)]
    assert [text.split(" ")[0] for text in results] == ["[S0]", "[S1]", "[S2]", "[S3]"]
    assert all("a.md" in text for text in results)


@given(st.integers(0, 6), st.integers(0, 600), st.integers(0, 5), st.integers(0, 5000))
def test_cutting_never_loses_the_instructions_the_question_or_the_pairs_of_calls(
    turns: int, turn: int, results: int, result: int
) -> None:
    request = conversation(turns, turn, results, result)
    fit = fitted(request, 600)
    assert fit.messages[0] == request.messages[0]
    assert UserMessage("The question?") in fit.messages
    assert tokens_of(fit) <= tokens_of(request)
    kinds = [type(m) for m in fit.messages]
    assert kinds.count(ToolMessage) == results
    assert fitted(fit, max(600, tokens_of(fit))) is fit
