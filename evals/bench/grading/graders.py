"""The graders that are measured: ours, and what other libraries bring, on the same traces."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from ...graders import TrajectoryMatch, grade
from ...results import references_from
from ...traces import Trace

Work = Callable[[Sequence[Trace], dict[str, Trace]], int]
"""Grades traces against the reference run of their item; returns how many match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One library's grader of trajectories."""

    name: str
    distribution: str
    load: Callable[[], Work]

    def installed(self) -> str | None:
        """Return the version, or None where it is not installed."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None


def ours() -> Work:
    """Return our trajectory match in any order."""
    grader = TrajectoryMatch()

    def work(traces: Sequence[Trace], golden: dict[str, Trace]) -> int:
        references = references_from(golden.values())
        return sum(grade(grader, one, references[one.item]).passed is True for one in traces)

    return work


def agentevals() -> Work:
    """Return agentevals' trajectory match in any order."""
    from agentevals.trajectory.match import create_trajectory_match_evaluator

    evaluator = create_trajectory_match_evaluator(trajectory_match_mode="unordered")

    def work(traces: Sequence[Trace], golden: dict[str, Trace]) -> int:
        found = 0
        for one in traces:
            told = evaluator(
                outputs=messages_of(one), reference_outputs=messages_of(golden[one.item])
            )
            found += bool(told["score"])
        return found

    return work


def messages_of(trace: Trace) -> list[dict[str, object]]:
    """Return the calls of a trace as OpenAI messages."""
    return [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"function": {"name": call.tool, "arguments": json.dumps(call.args)}}
                for call in step.calls
            ],
        }
        for step in trace.steps
        if step.calls
    ]


def deepeval() -> Work:
    """Return DeepEval's tool correctness, with arguments."""
    from deepeval.metrics import ToolCorrectnessMetric
    from deepeval.models import DeepEvalBaseLLM
    from deepeval.test_case import LLMTestCase, ToolCall, ToolCallParams

    class NoModel(DeepEvalBaseLLM):
        """Stands where the metric wants a model that it does not use."""

        def load_model(self) -> None:
            """Load nothing."""

        def get_model_name(self) -> str:
            """Return a name."""
            return "none"

        def generate(self, *_: object, **__: object) -> str:
            """Refuse."""
            raise NotImplementedError

        async def a_generate(self, *_: object, **__: object) -> str:
            """Refuse."""
            raise NotImplementedError

    model = NoModel()

    def work(traces: Sequence[Trace], golden: dict[str, Trace]) -> int:
        found = 0
        for one in traces:
            metric = ToolCorrectnessMetric(
                evaluation_params=[ToolCallParams.INPUT_PARAMETERS],
                should_exact_match=False,
                model=model,
                include_reason=False,
            )
            case = LLMTestCase(
                input=one.question,
                actual_output=one.answer or "",
                tools_called=[ToolCall(name=c.tool, input_parameters=c.args) for c in one.calls],
                expected_tools=[
                    ToolCall(name=c.tool, input_parameters=c.args) for c in golden[one.item].calls
                ],
            )
            metric.measure(case, _show_indicator=False)
            found += bool(metric.is_successful())
        return found

    return work


PEERS = (
    Peer(name="surefoot", distribution="surefoot", load=ours),
    Peer(name="agentevals", distribution="agentevals", load=agentevals),
    Peer(name="deepeval", distribution="deepeval", load=deepeval),
)
