"""What a session says is hostile: no frame harms the host, and none is taken for another's."""

from __future__ import annotations

import base64
import json
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.tools import SandboxLimits

received_parts = import_module("surefoot.tools.code.received")
HostileFrame: type[Exception] = received_parts.HostileFrame
Received = received_parts.Received
parse = received_parts.parse

LIMITS = SandboxLimits(output_kb=1, result_kb=1, images=1, image_kb=1)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from(["stdout", "stderr", "done"])
fields = st.sampled_from(["text", "result", "shown", "images", "truncated", "error"])
frames = st.builds(
    lambda kind, rest: {**rest, "id": "mine", "type": kind},
    kinds,
    st.dictionaries(fields, values, max_size=6),
)


@given(sent=st.lists(frames, max_size=6))
def test_no_frame_makes_what_cannot_be_written_down_or_is_too_long(
    sent: list[dict[str, object]],
) -> None:
    received = Received("mine", LIMITS)
    for frame in sent:
        if received.add(parse(json.dumps(frame).encode())):
            break
    done = received.execution()
    json.dumps([done.stdout, done.stderr, done.result, done.shown]).encode()
    (done.stdout + done.stderr + (done.shown or "")).encode()
    assert max(len(done.stdout), len(done.stderr), len(done.shown or "")) <= 1024
    assert len(done.images) <= 1


@given(body=st.binary(max_size=200))
def test_what_is_not_a_message_is_hostile(body: bytes) -> None:
    try:
        assert isinstance(parse(body), dict)
    except HostileFrame:
        pass


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 2_000_000,
        b'{"a":NaN}',
        b'{"a":' + b"9" * 5000 + b"}",
        '{"a":1}'.encode("utf-16"),
        '{"a":"é"}'.encode(),
    ],
)
def test_json_that_harms_its_reader_is_hostile(body: bytes) -> None:
    with pytest.raises(HostileFrame):
        parse(body)


def test_the_answer_to_another_request_is_dropped() -> None:
    received = Received("mine", LIMITS)
    assert not received.add({"id": "theirs", "type": "done", "result": "666"})
    assert received.add({"id": "mine", "type": "done", "result": "42"})
    assert received.execution().result == 42


def test_output_beyond_the_limit_is_cut_and_said_to_be() -> None:
    received = Received("mine", LIMITS)
    received.add({"id": "mine", "type": "stdout", "text": "x" * 2000})
    done = received.execution()
    assert (len(done.stdout), done.truncated) == (1024, ("stdout",))


def test_only_what_is_a_png_is_an_image() -> None:
    png = b"\x89PNG\r\n\x1a\nrest"
    sent = [base64.b64encode(data).decode() for data in (b"<script>", png)]
    for image, taken in zip(sent, ((), (png,)), strict=True):
        received = Received("mine", LIMITS)
        received.add({"id": "mine", "type": "done", "images": [image]})
        assert received.execution().images == taken


def test_a_result_too_deep_is_no_result() -> None:
    received = Received("mine", LIMITS)
    received.add({"id": "mine", "type": "done", "result": "[" * 100 + "]" * 100})
    assert not received.execution().is_json
