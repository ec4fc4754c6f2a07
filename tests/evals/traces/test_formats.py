"""Every format becomes the same kind of trace, and every file is accounted for."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.evals import (
    Trace,
    as_json,
    content_hash,
    export,
    from_json,
    read_document,
    read_file,
    read_text,
    read_traces,
)

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}}
MESSAGES: list[object] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How many?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "7 rows"},
    {"role": "assistant", "content": "Seven."},
]


def only(document: object) -> Trace:
    """Return the one trace of a document."""
    account = read_document(document, "here.json")
    (trace,) = account.traces
    return trace


def shape(trace: Trace) -> list[object]:
    """Return what was called and what came of it, then the answer."""
    made: list[object] = [
        (c.tool, c.args, None if c.result is None else c.result.text) for c in trace.calls
    ]
    return [*made, trace.answer]


SEVEN = [("find", {"q": "x"}, "7 rows"), "Seven."]


def test_a_list_of_openai_messages() -> None:
    trace = only(MESSAGES)
    assert shape(trace) == SEVEN
    assert trace.question == "How many?"
    assert [step.source for step in trace.steps] == ["system", "user", "agent", "agent"]


def test_messages_as_langchain_serialises_them() -> None:
    def lc(kind: str, **fields: object) -> dict[str, object]:
        path = ["langchain", "schema", "messages", kind]
        return {"lc": 1, "type": "constructor", "id": path, "kwargs": fields}

    call = {"id": "c1", "name": "find", "args": {"q": "x"}}
    trace = only(
        [
            lc("HumanMessage", content="How many?"),
            lc("AIMessage", content="", tool_calls=[call]),
            lc("ToolMessage", content="7 rows", tool_call_id="c1"),
            lc("AIMessage", content=[{"type": "text", "text": "Seven."}]),
        ]
    )
    assert shape(trace) == SEVEN


def test_anthropic_blocks_hold_their_calls_and_results() -> None:
    use = {"type": "tool_use", "id": "t", "name": "find", "input": {"q": "x"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "7 rows"}
    trace = only(
        [
            {"role": "user", "content": "How many?"},
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, use]},
            {"role": "user", "content": [result]},
            {"role": "assistant", "content": "Seven."},
        ]
    )
    assert shape(trace) == SEVEN


def agentdojo(**fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        "suite_name": "banking",
        "pipeline_name": "gpt",
        "user_task_id": "user_task_3",
        "injection_task_id": "injection_task_1",
        "attack_type": "important",
        "messages": [
            {"role": "user", "content": "How many?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"function": "find", "args": {"q": "x"}}],
            },
            {"role": "tool", "content": [{"type": "text", "content": "7 rows"}], "error": None},
            {"role": "assistant", "content": "Seven."},
        ],
        "error": None,
        "duration": 1.5,
        "utility": True,
        "security": False,
    }
    return body | fields


def test_agentdojo_runs_without_call_ids_and_with_block_lists() -> None:
    trace = only(agentdojo())
    assert shape(trace) == SEVEN
    assert trace.item == "banking/user_task_3/injection_task_1"
    assert trace.clusters["injection"] == "banking/injection_task_1"
    assert (trace.labels["utility"], trace.labels["attacked"]) == (True, True)


def test_an_agentdojo_run_without_a_verdict_has_none_and_a_benign_one_was_not_attacked() -> None:
    assert only(agentdojo(utility=None)).labels.get("utility") is None
    assert only(agentdojo(attack_type="none")).labels["attacked"] is False


def test_tau_bench_trials_carry_their_reward_and_their_gold() -> None:
    task = {"actions": [{"name": "find", "kwargs": {"q": "x"}}], "outputs": []}
    one = {"task_id": 4, "trial": 2, "reward": 1.0, "info": {"task": task}, "traj": MESSAGES}
    trace = only([one])
    assert shape(trace) == SEVEN
    assert (trace.item, trace.repeat, trace.labels["reward"]) == ("task 4", 2, 1.0)
    assert trace.labels["gold"] == [{"tool": "find", "args": {"q": "x"}}]


def test_tau2_simulations_tell_the_users_calls_from_the_agents() -> None:
    call = {"id": "c1", "name": "find", "arguments": {"q": "x"}, "requestor": "assistant"}
    theirs = {"id": "u1", "name": "toggle", "arguments": {}, "requestor": "user"}
    simulation = {
        "id": "s",
        "task_id": "9",
        "trial": 0,
        "messages": [
            {"role": "user", "content": None, "tool_calls": [theirs]},
            {"role": "tool", "id": "u1", "content": "on", "requestor": "user"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "id": "c1", "content": "7 rows", "requestor": "assistant"},
            {"role": "assistant", "content": "Seven.", "usage": {"prompt_tokens": 8}},
        ],
        "reward_info": {"reward": 0.0},
        "termination_reason": "user_stop",
    }
    trace = only({"simulations": [simulation], "tasks": []})
    assert shape(trace) == SEVEN
    assert trace.spent.input_tokens == 8
    assert shape(only([simulation])) == SEVEN


def test_swe_agent_actions_that_are_text_become_calls_of_a_shell() -> None:
    history = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "fix it"},
        {"role": "assistant", "content": "look", "action": "ls"},
        {"role": "user", "content": "a.py"},
    ]
    trace = only({"trajectory": [], "history": history, "info": {"exit_status": "submitted"}})
    assert shape(trace)[0] == ("shell", {"command": "ls"}, "a.py")
    assert trace.status == "completed"


INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {"task": "t", "model": "m"},
    "samples": [
        {
            "id": 1,
            "epoch": 2,
            "messages": [
                {"role": "user", "content": "How many?"},
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": "c", "function": "find", "arguments": {"q": "x"}}],
                },
                {
                    "role": "tool",
                    "tool_call_id": "c",
                    "content": "7 rows",
                    "error": {"type": "timeout", "message": "slow"},
                },
            ],
            "output": {"completion": "Seven."},
            "scores": {"match": {"value": "C"}},
        }
    ],
}


def test_inspect_logs_keep_scores_epochs_and_tool_errors() -> None:
    trace = only(INSPECT)
    assert shape(trace) == SEVEN
    assert (trace.repeat, trace.labels["score.match"]) == (1, "C")
    (call,) = trace.calls
    assert call.result is not None
    assert (call.result.error, call.result.code) == ("slow", "timeout")


def test_eval_files_are_read_deflated_and_compressed_with_zstandard(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="zstandard is not installed")
    header = json.dumps({"eval": INSPECT["eval"]}).encode()
    samples = INSPECT["samples"]
    assert isinstance(samples, list)
    body = json.dumps(samples[0]).encode()
    with zipfile.ZipFile(tmp_path / "a.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", header)
        archive.writestr("samples/1_epoch_2.json", body)
    packed = zstandard.ZstdCompressor().compress(body)
    with zipfile.ZipFile(tmp_path / "b.eval", "w") as archive:
        archive.writestr("header.json", header)
        archive.writestr("samples/1_epoch_2.json", packed)
    marked_as_zstandard(tmp_path / "b.eval", "samples/1_epoch_2.json", len(body))
    accounts = list(read_traces([tmp_path]))
    assert [shape(trace) for one in accounts for trace in one.traces] == [SEVEN, SEVEN]


def marked_as_zstandard(path: Path, name: str, size: int) -> None:
    """Say in the directory of a ZIP file that a member is compressed by method 93."""
    data = bytearray(path.read_bytes())
    at = data.rindex(name.encode()) - 46
    struct.pack_into("<H", data, at + 10, 93)
    struct.pack_into("<I", data, at + 24, size)
    path.write_bytes(data)


def otlp(*spans: dict[str, object]) -> dict[str, object]:
    return {
        "resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]
    }


def span(name: str, at: int, **attributes: object) -> dict[str, object]:
    def typed(value: object) -> dict[str, object]:
        return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}

    return {
        "traceId": "t1",
        "spanId": f"{at:016x}",
        "name": name,
        "startTimeUnixNano": str(at * 1_000_000),
        "endTimeUnixNano": str((at + 2) * 1_000_000),
        "attributes": [
            {"key": key.replace("__", "."), "value": typed(v)} for key, v in attributes.items()
        ],
    }


def test_otlp_in_the_semantic_conventions_with_a_tool_span_beside() -> None:
    asked = [{"role": "user", "parts": [{"type": "text", "content": "How many?"}]}]
    called = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"q": "x"}}
    turn = [{"role": "assistant", "parts": [called], "finish_reason": "tool_call"}]
    back = {"type": "tool_call_response", "id": "c1", "response": "7 rows"}
    more = [*asked, {"role": "assistant", "parts": [called]}, {"role": "tool", "parts": [back]}]
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "Seven."}]}]
    trace = only(
        otlp(
            span(
                "chat",
                1,
                gen_ai__input__messages=json.dumps(asked),
                gen_ai__output__messages=json.dumps(turn),
                gen_ai__usage__input_tokens=5,
            ),
            span(
                "execute_tool find",
                4,
                gen_ai__operation__name="execute_tool",
                gen_ai__tool__name="find",
                gen_ai__tool__call__id="c1",
            ),
            span(
                "chat",
                8,
                gen_ai__input__messages=json.dumps(more),
                gen_ai__output__messages=json.dumps(said),
                gen_ai__usage__input_tokens=9,
            ),
        )
    )
    assert shape(trace) == SEVEN
    assert trace.spent.input_tokens == 14
    assert trace.calls[0].result is not None
    assert trace.calls[0].result.ms == 2.0


def test_spans_without_content_are_unscorable_and_not_a_failure() -> None:
    trace = only(otlp(span("chat", 1, gen_ai__request__model="m", gen_ai__usage__input_tokens=5)))
    assert trace.unscorable is not None
    assert "not captured" in trace.unscorable


def test_spans_of_something_else_hold_no_run() -> None:
    account = read_document(otlp(span("GET", 1, http__method="GET")), "x.json")
    assert (account.format, account.traces) == ("otlp", ())


def test_traceloop_names_in_a_jaeger_export() -> None:
    tags = {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "How many?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Seven.",
        "llm.request.functions.0.name": "find",
        "llm.request.functions.0.parameters": '{"type": "object"}',
    }
    one = {
        "traceID": "t",
        "spanID": "s",
        "operationName": "openai.chat",
        "startTime": 1,
        "duration": 2,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    trace = only({"data": [{"traceID": "t", "spans": [one], "processes": {}}]})
    assert shape(trace) == ["Seven."]
    assert trace.tools[0].parameters == {"type": "object"}


def test_openinference_records_flat_and_nested() -> None:
    message = {"message": {"role": "user", "content": "How many?"}}
    call = {"tool_call": {"id": "c", "function": {"name": "find", "arguments": '{"q": "x"}'}}}
    asked = {"message": {"role": "assistant", "tool_calls": [call]}}
    base = {"name": "llm", "parent_id": None, "end_time": "2026-01-01T00:00:09Z"}
    llm = {
        **base,
        "context": {"trace_id": "t", "span_id": "1"},
        "start_time": "2026-01-01T00:00:00Z",
        "attributes": {
            "openinference": {"span": {"kind": "LLM"}},
            "llm": {"input_messages": [message], "output_messages": [asked]},
        },
    }
    tool = {
        **base,
        "context": {"trace_id": "t", "span_id": "2"},
        "start_time": "2026-01-01T00:00:02Z",
        "attributes": {
            "openinference.span.kind": "TOOL",
            "tool.name": "find",
            "output.value": "7 rows",
        },
    }
    trace = only([llm, tool])
    assert shape(trace) == [("find", {"q": "x"}, "7 rows"), None]


def test_langgraph_checkpoints_are_read_without_importing_what_they_name(tmp_path: Path) -> None:
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    called = AIMessage("", tool_calls=[{"id": "c1", "name": "find", "args": {"q": "x"}}])
    messages = [
        HumanMessage("How many?"),
        called,
        ToolMessage("7 rows", tool_call_id="c1"),
        AIMessage("Seven."),
    ]
    state = {"v": 4, "id": "2", "channel_values": {"messages": messages, "odd": {1, 2}}}
    kind, body = JsonPlusSerializer().dumps_typed(state)
    with sqlite3.connect(tmp_path / "c.db") as connection:
        connection.execute(
            "CREATE TABLE checkpoints (thread_id, checkpoint_ns, checkpoint_id, type, checkpoint)"
        )
        connection.execute("CREATE TABLE writes (thread_id)")
        connection.execute("INSERT INTO checkpoints VALUES ('t', '', '1', ?, ?)", (kind, body))
    connection.close()
    (account,) = read_traces([tmp_path])
    assert account.format == "langgraph"
    assert shape(account.traces[0]) == SEVEN


def test_malformed_arguments_are_told_in_the_trace() -> None:
    broken = {"id": "c", "function": {"name": "find", "arguments": '{"q": '}}
    trace = only([{"role": "assistant", "content": None, "tool_calls": [broken]}])
    assert trace.calls[0].args == {}
    assert "not JSON" in (trace.calls[0].args_error or "")


@pytest.mark.parametrize("format", ["surefoot", "atif", "otlp"])
def test_a_trace_that_is_written_out_comes_back(format: str) -> None:
    trace = only(MESSAGES)
    account = read_text(export([trace], format), "back")
    assert shape(account.traces[0]) == SEVEN
    if format == "surefoot":
        assert account.traces[0] == trace


def test_the_hash_tells_content_and_not_where_it_was_read() -> None:
    one = only(MESSAGES)
    (other,) = read_document({"messages": MESSAGES, "id": "here.json#0"}, "elsewhere").traces
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(only(MESSAGES[:-1]))
    assert from_json(as_json(one)) == one


def test_every_file_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(MESSAGES), encoding="utf-8")
    (tmp_path / "b.json").write_text('{"messages": [', encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(bytes(range(256)))
    (tmp_path / "d.md").write_text("# no trace", encoding="utf-8")
    (tmp_path / "e.json.gz").write_bytes(gzip.compress(json.dumps(MESSAGES).encode()))
    (tmp_path / "f.jsonl").write_text(
        f"{json.dumps({'messages': MESSAGES})}\nnonsense\n{{}}\n", encoding="utf-8"
    )
    (tmp_path / "g.eval").write_bytes(b"no zip")
    (tmp_path / "h.json").write_text('{"other": 1}', encoding="utf-8")
    (tmp_path / "i.json").write_text('{"eval_cases": []}', encoding="utf-8")
    (tmp_path / "j.json").touch()
    accounts = {one.path: one for one in read_traces([tmp_path])}
    assert sorted(accounts) == sorted(path.name for path in tmp_path.iterdir())
    assert {name for name, one in accounts.items() if one.traces} == {
        "a.json",
        "e.json.gz",
        "f.jsonl",
    }
    assert all(one.traces or one.reason for one in accounts.values())
    assert accounts["f.jsonl"].reason == "line 2 is not JSON; line 3 is no trace"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("messages", "role", "content", "tool_calls", "function", "arguments", "id"),
                    *("traj", "history", "resourceSpans", "spans", "attributes", "key", "value"),
                    *("suite_name", "user_task_id", "simulations", "samples", "eval", "version"),
                    *("status", "data", "steps", "schema_version", "type", "context"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_json_is_too_strange_to_be_accounted_for(document: object) -> None:
    account = read_text(json.dumps(document), "x")
    assert account.traces or account.reason or account.format


def test_the_recorded_traces_are_all_read_or_accounted_for(recorded: Path) -> None:
    accounts = list(read_traces([recorded]))
    assert len(accounts) == sum(path.is_file() for path in recorded.rglob("*"))
    silent = [one.path for one in accounts if not one.traces and not one.reason]
    crashed = [one.path for one in accounts if "cannot be read (" in one.reason]
    assert (silent, crashed) == ([], [])


def test_tau_bench_has_the_calls_that_were_counted_by_hand(recorded: Path) -> None:
    traces = read_file(recorded / "tau-bench" / "gpt-4o-airline.json.gz").traces
    assert (len(traces), sum(len(trace.calls) for trace in traces)) == (200, 1164)
