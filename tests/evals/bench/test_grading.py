"""The grading benchmark grades the same traces with every grader that is installed."""

from __future__ import annotations

import pytest

from surefoot.evals import Call, Provenance, Trace, TraceStep, grading


def trace(item: str, *tools: str) -> Trace:
    calls = tuple(Call(call_id=str(n), tool=tool) for n, tool in enumerate(tools))
    steps = (TraceStep(source="user", text="q"), TraceStep(source="agent", calls=calls))
    return Trace(trace_id=item, item=item, steps=steps, provenance=Provenance(format="test"))


@pytest.mark.parametrize("peer", grading.PEERS, ids=[peer.name for peer in grading.PEERS])
def test_a_peer_grades_all_traces_or_is_named_as_missing(peer: grading.Peer) -> None:
    if (version := peer.installed()) is None:
        pytest.skip(f"{peer.distribution} is not installed")
    traces = [trace("a", "f", "g"), trace("b", "g")]
    golden = {"a": trace("a", "g", "f"), "b": trace("b", "f")}
    rate = grading.measure(peer, traces, golden, version=version)
    assert (rate.traces, rate.matched) == (2, 1)
    assert rate.per_second > 0
