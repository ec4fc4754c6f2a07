"""Calls are matched as well as can be, and values are compared with their types."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.evals import (
    Call,
    Coercions,
    ExpectedCall,
    Mode,
    Provenance,
    Reference,
    Trace,
    TraceStep,
    TrajectoryMatch,
    align,
    equal,
    grade,
    longest_common,
    maximum_matching,
    read_reference,
)


def made(*calls: tuple[str, dict[str, JsonValue]]) -> list[Call]:
    return [Call(call_id=str(n), tool=tool, args=args) for n, (tool, args) in enumerate(calls)]


def trace(calls: list[Call]) -> Trace:
    steps = (TraceStep(source="user", text="q"), TraceStep(source="agent", calls=tuple(calls)))
    return Trace(trace_id="t", steps=steps, provenance=Provenance(format="test"))


def test_bipartite_matching_finds_what_greedy_matching_misses() -> None:
    calls = made(("f", {"a": 1, "b": 2}), ("f", {"a": 1}))
    expected = [
        ExpectedCall(tool="f", args={"a": 1}, match="superset"),
        ExpectedCall(tool="f", args={"a": 1, "b": 2}, match="superset"),
    ]
    assert align(calls, expected).f1 == 1.0


tables = st.integers(0, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.booleans(), min_size=width, max_size=width), min_size=0, max_size=5
    )
)


@given(tables)
def test_a_matching_is_the_largest_there_is(table: list[list[bool]]) -> None:
    found = maximum_matching(table)
    used = [column for column in found if column is not None]
    assert len(used) == len(set(used))
    assert all(column is None or table[row][column] for row, column in enumerate(found))
    width = len(table[0]) if table else 0
    places = [*range(width), *[None] * len(table)]
    best = max(
        sum(c is not None and table[r][c] for r, c in enumerate(one))
        for one in permutations(places, len(table))
    )
    assert len(used) == best


@given(tables)
def test_the_longest_common_run_keeps_both_orders(table: list[list[bool]]) -> None:
    pairs = longest_common(table, len(table[0]) if table else 0)
    assert all(table[row][column] for row, column in pairs)
    assert pairs == sorted(pairs) == sorted(pairs, key=lambda pair: pair[1])
    assert len(pairs) <= sum(one is not None for one in maximum_matching(table))


def test_true_is_not_one_and_one_is_not_one_point_zero_unless_that_is_declared() -> None:
    assert not equal(True, 1)
    assert not equal(1, True)
    assert not equal(1, 1.0)
    assert equal(1, 1.0, Coercions(integral_floats=True))
    assert not equal("1", 1)
    assert equal("1", 1, Coercions(numeric_strings=True))
    assert not equal("a b ", "A  B")
    assert equal("a b ", "A  B", Coercions(case=True, whitespace=True))
    assert not equal([1, 2], [2, 1])
    assert equal([1, 2], [2, 1], Coercions(unordered_lists=True))
    assert equal({"a": [None]}, {"a": [None]})
    assert not equal({"a": 1}, {"a": 1, "b": 2})
    assert not equal(None, {})


@pytest.mark.parametrize(
    ("wanted", "right", "wrong"),
    [
        ({"$any": True}, 5, None),
        ({"$regex": "^A-\\d+$"}, "A-12", "B-12"),
        ({"$one_of": [1, "x"]}, "x", True),
        ({"$near": 3.0, "within": 0.1}, 3.05, 3.2),
        ({"$contains": "Ab"}, "cAB", "c"),
        ({"$type": "integer"}, 4, True),
        ([{"$any": True}, 2], ["x", 2], ["x", 3]),
    ],
)
def test_a_predicate_says_what_one_value_cannot(
    wanted: JsonValue, right: JsonValue, wrong: JsonValue
) -> None:
    assert equal(right, wanted)
    assert wrong is None or not equal(wrong, wanted)


def test_optional_arguments_may_be_missing_but_not_wrong() -> None:
    want = [ExpectedCall(tool="f", args={"a": 1, "b": {"$optional": 2}})]
    assert align(made(("f", {"a": 1})), want).f1 == 1
    assert align(made(("f", {"a": 1, "b": 2})), want).f1 == 1
    assert align(made(("f", {"a": 1, "b": 3})), want).f1 == 0


@pytest.mark.parametrize(
    ("mode", "score"),
    [("exact", 0.0), ("in_order", 0.4), ("any_order", 0.8), ("subset", 2 / 3), ("superset", 1.0)],
)
def test_each_mode_asks_its_own_question(mode: Mode, score: float) -> None:
    reference = Reference(calls=(ExpectedCall(tool="b"), ExpectedCall(tool="a")))
    calls = made(("a", {}), ("x", {}), ("b", {}))
    found = grade(TrajectoryMatch(mode=mode), trace(calls), reference)
    assert found.score == pytest.approx(score)


def test_a_partial_order_asks_only_for_the_order_that_is_required() -> None:
    reference = read_reference(
        {
            "calls": [
                {"tool": "pay", "id": "p", "after": ["a", "b"]},
                {"tool": "look", "args": {"n": 1}, "id": "a"},
                {"tool": "look", "args": {"n": {"$any": True}}, "id": "b"},
            ]
        },
        "here",
    )
    grader = TrajectoryMatch(mode="partial_order")
    good = made(("look", {"n": 2}), ("look", {"n": 1}), ("pay", {}))
    bad = made(("look", {"n": 2}), ("pay", {}), ("look", {"n": 1}))
    assert grade(grader, trace(good), reference).score == 1
    assert grade(grader, trace(bad), reference).score == pytest.approx(2 / 3)


def test_a_forbidden_tool_fails_the_trajectory() -> None:
    found = grade(TrajectoryMatch(), trace(made(("rm", {}))), Reference(forbidden=("rm",)))
    assert (found.score, found.passed) == (0, False)
    assert "Forbidden: rm." in found.reason


def test_malformed_arguments_are_graded_and_not_raised() -> None:
    calls = [Call(call_id="1", tool="f", args_error="not JSON")]
    reference = Reference(calls=(ExpectedCall(tool="f", args={"a": 1}),))
    found = grade(TrajectoryMatch(), trace(calls), reference)
    assert (found.outcome, found.score) == ("invalid_arguments", 0)


def test_nothing_expected_and_nothing_made_is_right() -> None:
    assert grade(TrajectoryMatch(), trace([]), Reference(calls=())).score == 1
    assert grade(TrajectoryMatch(), trace([]), Reference()).outcome == "not_applicable"


def test_a_duplicate_call_costs_precision() -> None:
    reference = Reference(calls=(ExpectedCall(tool="f"),))
    found = grade(TrajectoryMatch(), trace(made(("f", {}), ("f", {}))), reference)
    assert found.details["precision"] == 0.5
    assert found.passed is False


@pytest.mark.parametrize(
    "body",
    [
        {"calls": [{"tool": "f", "args": {"a": {"$nope": 1}}}]},
        {"calls": [{"tool": "f", "args": {"a": {"$regex": "("}}}]},
        {"calls": [{"tool": "f", "after": ["x"]}]},
        {"calls": [{"tol": "f"}]},
        {"answer": {"exact": 5}},
    ],
)
def test_a_reference_that_cannot_work_is_refused(body: dict[str, JsonValue]) -> None:
    with pytest.raises(InputError, match="here"):
        read_reference(body, "here")
