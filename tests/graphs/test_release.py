"""What leaves a run, and when, by each policy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot import ModelError, ScriptedModel, calls, says, tool
from surefoot.agent import ScriptedTurn, fails
from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    AnswerRetracted,
    CheckFailed,
    CheckSkipped,
    Event,
    ModelReasoned,
)
from surefoot.graphs import DEFAULT_CHECKS, Checks, Claim
from surefoot.limits import Limits, ReleasePolicy
from surefoot.messages import ToolCall, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, ReasoningDelta, Restarted, TextDelta
from surefoot.verdicts import Verdict

from .conftest import add, driven

pytestmark = pytest.mark.anyio

POLICIES: tuple[ReleasePolicy, ...] = ("hold", "label", "retract")
LEFT_OUT = "I left out one statement, because I could not verify it against the evidence."
CANARY = "heron"
"""A word that stands only in sentences that must not get out."""


def shown(events: Sequence[Event]) -> str:
    """Return what a reader of the events sees in the end."""
    sentences: dict[int, str] = {}
    for event in events:
        if isinstance(event, AnswerDelta):
            sentences[event.sentence] = sentences.get(event.sentence, "") + event.text
        elif isinstance(event, AnswerRetracted):
            sentences[event.sentence] = event.text
    return "".join(sentences[index] for index in sorted(sentences)).strip()


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("chunk", [1, 7, 0])
async def test_what_was_shown_is_the_answer(policy: ReleasePolicy, chunk: int) -> None:
    text = "It is 3 [S1]. That is 99 more. So:\n- three\n- it is 3 [S1]\n\nGood."
    model = ScriptedModel(calls("add", a=1, b=2), says(text, chunk=chunk), says("NONE"))
    run = driven(model, add, policy=policy)
    answer = await run.ask()
    assert shown(run.events) == answer.text == run.told(AnswerCompleted)[0].text


@pytest.mark.parametrize("chunk", [1, 0])
async def test_held_sentences_leave_whole_and_checked(chunk: int) -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("It is 3 [S1]. That is fine. Done.", chunk=chunk)
    )
    run = driven(model, add)
    await run.ask()
    assert [event.text for event in run.told(AnswerDelta)] == [
        "It is 3 [S1]. ",
        "That is fine. ",
        "Done.",
    ]
    types = [e.type for e in run.events if e.type.startswith(("check.", "answer."))]
    assert types[-7:] == [
        "check.passed",
        "answer.delta",
        "check.skipped",
        "answer.delta",
        "check.skipped",
        "answer.delta",
        "answer.completed",
    ]


async def test_held_text_that_cites_leaves_before_the_message_ends() -> None:
    told: list[str] = []

    class Watched:
        name = "watched"

        def __init__(self) -> None:
            self.turn = 0

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            self.turn += 1
            if self.turn == 1:
                yield ToolCall(call_id="a", name="add", args={"a": 1, "b": 2})
            else:
                yield TextDelta("First a word. It is 3 [S1]. And ")
                told.extend(event.text for event in run.told(AnswerDelta))
                yield TextDelta("so on.")
            yield Finished(reason="stop")

    run = driven(Watched(), add)
    await run.ask()
    assert told == ["First a word. ", "It is 3 [S1]. "]


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_preamble_to_calls_is_no_answer(policy: ReleasePolicy) -> None:
    turn = ScriptedTurn(
        text="I will add 77 things. Then I am done [S1]. And",
        calls=(ToolCall(call_id="c", name="add", args={"a": 1, "b": 2}),),
        chunk=3,
    )
    run = driven(ScriptedModel(turn, says("It is 3 [S1].")), add, policy=policy)
    answer = await run.ask()
    assert answer.text == shown(run.events) == "It is 3 [S1]."
    assert [v.outcome for v in answer.verdicts] == ["supported", "supported"]
    used = [event.sentence for event in run.told(AnswerRetracted)]
    (cited,) = answer.citations
    assert cited.sentence not in used
    if policy == "hold":
        assert not run.told(CheckFailed)


async def test_a_failed_sentence_is_written_again_and_only_the_new_one_leaves() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2),
        says(f"It is 3 [S1]. The {CANARY} weighs 4711 kg [S1]."),
        says("It is 3 kg [S1]."),
    )
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == "It is 3 [S1]. \n\nIt is 3 kg [S1]."
    request = model.seen[2].messages[-1]
    assert isinstance(request, UserMessage)
    assert f"The {CANARY} weighs 4711 kg [S1]." in request.text
    assert "Use only numbers that the cited evidence shows" in request.text
    assert model.seen[2].tools == ()
    assert CANARY not in run.words and "4711" not in run.words
    assert run.told(AnswerCompleted)[0].verdicts == {"supported": 2, "unsupported": 1}


@pytest.mark.parametrize(
    "again",
    [
        says("NONE"),
        says("none."),
        says(""),
        says(f"The {CANARY} weighs 4712 kg [S1]."),
        fails(ModelError(f"No capacity for {CANARY}.")),
        ScriptedTurn(
            text=f"The {CANARY} weighs 4713 kg.",
            calls=(ToolCall(call_id="c", name="add", args={"a": 5, "b": 5}),),
        ),
    ],
)
async def test_a_sentence_that_cannot_be_repaired_is_left_out_and_counted(
    again: ScriptedTurn,
) -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says(f"It is 3 [S1]. The {CANARY} weighs 4711 kg."), again
    )
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == f"It is 3 [S1]. \n\n{LEFT_OUT}"
    assert CANARY not in run.words and "471" not in answer.text


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("It comes to 3 in all [S1], and the heron weighs 4711 kg.", "It comes to 3 in all [S1]."),
        ("It comes to 3 in all; the heron weighs 4711 kg [S1].", "It comes to 3 in all [S1]."),
        ("It comes to 3 in all (4711 herons) [S1].", "It comes to 3 in all [S1]."),
        ("It comes to 3 in all but for 4711 herons, and so on [S1].", None),
        ("It comes to 4711, and herons come to 3 [S1].", None),
        ("The heron is very heavy, and weighs 4711 kg [S1].", None),
    ],
)
async def test_a_sentence_that_nobody_mends_is_cut_down_to_what_is_supported(
    sentence: str, left: str | None
) -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says(sentence), says("NONE"))
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == (f"{left}\n\n{LEFT_OUT}" if left else LEFT_OUT)
    assert CANARY not in run.words and "4711" not in answer.text


async def test_what_a_failing_provider_says_is_not_logged_because_it_may_repeat_what_is_withheld(
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = ScriptedModel(says("There are 4711."), fails(ModelError(f"No capacity for {CANARY}.")))
    await driven(model).ask()
    assert "was not repaired: ModelError" in caplog.text and CANARY not in caplog.text


async def test_an_answer_of_which_nothing_is_left_says_so() -> None:
    run = driven(ScriptedModel(says("There are 4711."), says("NONE")))
    assert (await run.ask()).text == LEFT_OUT


async def test_repairing_one_of_two_sentences_does_not_hide_the_other() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("There are 4711. There are 4712."), says("It is 3 [S1].")
    )
    answer = await driven(model, add).ask()
    assert answer.text == f"It is 3 [S1].\n\n{LEFT_OUT}"


async def test_repairs_that_are_used_up_are_not_asked_for() -> None:
    with ScriptedModel(says("There are 4711.")) as model:
        answer = await driven(model, limits=Limits(repairs=0)).ask()
    assert answer.text == LEFT_OUT


async def test_a_model_call_that_is_not_left_is_not_made_for_a_repair() -> None:
    with ScriptedModel(says("There are 4711.")) as model:
        answer = await driven(model, limits=Limits(model_calls=1)).ask()
    assert answer.text == LEFT_OUT


async def test_labelled_answers_keep_failed_sentences_and_tell_their_verdicts() -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1]. It is 4711.", chunk=4))
    run = driven(model, add, policy="label")
    answer = await run.ask()
    assert answer.text == "It is 3 [S1]. It is 4711."
    assert [event.claim_id for event in run.told(CheckFailed)] == ["c1"]
    assert not run.told(AnswerRetracted)


async def test_retracted_sentences_are_withdrawn_and_written_again() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("It is 4711. It is 3 [S1]."), says("It is 3, too [S1].")
    )
    run = driven(model, add, policy="retract")
    answer = await run.ask()
    assert [event.sentence for event in run.told(AnswerRetracted)] == [0]
    assert answer.text == shown(run.events) == "It is 3 [S1].\n\nIt is 3, too [S1]."


@given(cuts=st.lists(st.integers(1, 9), max_size=30))
async def test_no_chunking_lets_a_failed_sentence_out(cuts: list[int]) -> None:
    text = f"It is 3 [S1]. The {CANARY} is 4711 [S1]. It is not 4711 {CANARY}s. 3 it is [S1]."

    class Chopped:
        name = "chopped"

        def __init__(self) -> None:
            self.turn = 0

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            self.turn += 1
            if self.turn == 1:
                yield ToolCall(call_id="a", name="add", args={"a": 1, "b": 2})
            elif self.turn == 2:
                yield ReasoningDelta(f"I may say {CANARY}.")
                left = text
                for cut in cuts:
                    yield TextDelta(left[:cut])
                    left = left[cut:]
                yield TextDelta(left)
            else:
                yield TextDelta("NONE")
            yield Finished(reason="stop")

    run = driven(Chopped(), add)
    answer = await run.ask()
    assert answer.text.startswith("It is 3 [S1]. 3 it is [S1].")
    assert CANARY not in run.words and "4711" not in answer.text


async def test_thoughts_are_told_where_text_is_shown_before_its_check() -> None:
    class Thinking:
        name = "thinking"

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            yield ReasoningDelta("Let me ")
            yield ReasoningDelta("think.")
            yield TextDelta("Done.")
            yield Finished(reason="stop")

    told = {}
    for policy in POLICIES:
        run = driven(Thinking(), policy=policy)
        await run.ask()
        told[policy] = [event.text for event in run.told(ModelReasoned)]
    assert told == {"hold": [], "label": ["Let me think."], "retract": ["Let me think."]}


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_message_that_is_told_again_replaces_what_had_streamed(
    policy: ReleasePolicy,
) -> None:
    class Twice:
        name = "twice"

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            yield TextDelta("The sky is gre")
            yield ToolCall(call_id="a", name="add", args={})
            yield Restarted()
            yield TextDelta("The sky is blue. And so on.")
            yield Finished(reason="stop")

    run = driven(Twice(), add, policy=policy)
    answer = await run.ask()
    assert answer.text == shown(run.events) == "The sky is blue. And so on."


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_an_answer_that_was_cut_says_so(reason: str) -> None:
    turn = ScriptedTurn(text="The sky is", reason=reason)  # type: ignore[arg-type]
    answer = await driven(ScriptedModel(turn)).ask()
    assert answer.text == "The sky is (The model was stopped before the end of its answer.)"


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_an_empty_answer_is_an_error_of_the_model(text: str) -> None:
    with pytest.raises(ModelError) as failed:
        await driven(ScriptedModel(says(text), name="mute")).ask()
    assert str(failed.value) == "mute gave an empty answer. Ask again."


async def test_a_stream_that_is_cut_off_is_an_error_of_the_model() -> None:
    class CutOff:
        name = "brief"

        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
            yield TextDelta("The sky is blue. It")

    run = driven(CutOff())
    with pytest.raises(ModelError) as failed:
        await run.ask()
    assert "broke off before its end" in str(failed.value)
    assert run.types == []


@pytest.mark.parametrize("error", [ModelError("No capacity.", status=529), TimeoutError("slow")])
async def test_a_provider_that_fails_ends_the_run_with_a_model_error(error: Exception) -> None:
    run = driven(ScriptedModel(fails(error)))
    with pytest.raises(ModelError):
        await run.ask()
    assert not run.told(AnswerCompleted)


async def test_a_check_that_crashes_says_so_and_holds_nothing_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(claim: Claim) -> Verdict | None:
        raise ValueError("no")

    checks = Checks(result=DEFAULT_CHECKS.result, answer=(*DEFAULT_CHECKS.answer, broken))
    run = driven(ScriptedModel(says("The sky is blue.")), checks=checks)
    answer = await run.ask()
    assert answer.text == "The sky is blue."
    (skipped,) = run.told(CheckSkipped)
    assert (skipped.check, skipped.outcome, skipped.code) == (
        "broken",
        "not_checked",
        "check_crashed",
    )
    assert "broken" in caplog.text


async def test_a_claim_counts_by_the_worst_that_was_found_in_it() -> None:
    def doubt(claim: Claim) -> Verdict | None:
        return Verdict(
            stage="answer", check="doubt", outcome="contradicted", reason="No.", claim_id=claim.id
        )

    checks = Checks(answer=(*DEFAULT_CHECKS.answer, doubt))
    run = driven(
        ScriptedModel(calls("add", a=1, b=2), says("It is 3 [S1].")),
        add,
        checks=checks,
        policy="label",
    )
    await run.ask()
    assert run.told(AnswerCompleted)[0].verdicts == {"contradicted": 1}


async def test_a_citation_of_what_is_not_there_does_not_pass() -> None:
    model = ScriptedModel(
        calls("add", a=1, b=2), says("The sky is blue [S9]. It is 3 [S1]."), says("NONE")
    )
    run = driven(model, add)
    answer = await run.ask()
    assert answer.text == f"It is 3 [S1].\n\n{LEFT_OUT}"
    assert [event.code for event in run.told(CheckFailed)] == ["no_such_evidence"]
    assert "S9" not in run.words


async def test_citations_point_to_their_sentences() -> None:
    @tool(side_effects=False)
    async def name(n: int) -> str:
        """Name something."""
        return f"thing {n}"

    model = ScriptedModel(
        calls("name", n=1).also("name", n=2),
        says("Thing 1 [S1]. Both [S1, S2]. None. Thing 2 [S2][S2]."),
    )
    answer = await driven(model, name).ask()
    assert [(c.evidence_id, c.sentence) for c in answer.citations] == [
        ("S1", 0),
        ("S1", 1),
        ("S2", 1),
        ("S2", 3),
    ]
