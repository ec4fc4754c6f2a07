"""Events and evidence survive the wire, and what a reader does not know does not stop it."""

from __future__ import annotations

import json
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue, ValidationError

from surefoot.events import TERMINAL, EventBase, KnownEvent, UnknownEvent, parse_event
from surefoot.evidence import Evidence, Finding, Source

EVENT_TYPES: tuple[type[EventBase], ...] = get_args(get_args(KnownEvent)[0])
SOURCE_TYPES: tuple[type[BaseModel], ...] = get_args(get_args(Source)[0])
TYPE_NAMES = frozenset(str(event.model_fields["type"].default) for event in EVENT_TYPES)

numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
PLAIN: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=20),
    int: st.integers(0, 2**53),
    float: numbers,
    bool: st.booleans(),
    NoneType: st.none(),
    JsonValue: json_values,
}


def instances(model: type[BaseModel]) -> st.SearchStrategy[BaseModel]:
    """Generate objects of a model with every field filled."""
    fields = {name: of(info.annotation) for name, info in model.model_fields.items()}
    return st.builds(model, **fields)


def of(annotation: object) -> st.SearchStrategy[object]:
    """Generate values of one field's type."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return instances(annotation)
    inside = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Literal:
            return st.sampled_from(inside)
        case origin if origin in (Union, UnionType):
            return st.one_of([of(choice) for choice in inside])
        case origin if origin is Annotated:
            return of(inside[0])
        case origin if origin is tuple:
            return st.lists(of(inside[0]), max_size=2).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(of(inside[0]), of(inside[1]), max_size=2)
        case _:
            raise NotImplementedError(f"no strategy for {annotation!r}")


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_event_reads_back_as_it_was_written(event_type: type[EventBase]) -> None:
    @given(instances(event_type))
    def reads_back(event: BaseModel) -> None:
        assert parse_event(event.model_dump_json()) == event

    reads_back()


def test_every_event_has_a_type_of_its_own() -> None:
    assert len(TYPE_NAMES) == len(EVENT_TYPES)
    assert TERMINAL < TYPE_NAMES


@given(
    st.text(min_size=1).filter(lambda name: name not in TYPE_NAMES),
    st.dictionaries(st.text(min_size=1), json_values, max_size=3),
)
def test_an_event_of_an_unknown_type_keeps_all_it_says(
    type_name: str, said: dict[str, JsonValue]
) -> None:
    said = {name: value for name, value in said.items() if name not in EventBase.model_fields}
    event = parse_event(json.dumps({**said, "type": type_name, "seq": 7}))
    assert isinstance(event, UnknownEvent)
    assert (event.type, event.seq) == (type_name, 7)
    assert event.model_extra == {k: v for k, v in said.items() if k != "type"}


def test_a_field_that_a_reader_does_not_know_is_passed_over() -> None:
    event = parse_event('{"type": "run.failed", "error": "no", "mood": "sad"}')
    assert event.model_dump() == parse_event('{"type": "run.failed", "error": "no"}').model_dump()


@pytest.mark.parametrize("payload", ["", "{", "[]", "{}", '{"type": 3}', '{"type": "run.failed"}'])
def test_what_is_no_event_is_refused(payload: str) -> None:
    with pytest.raises(ValidationError):
        parse_event(payload)


def test_an_event_cannot_be_changed() -> None:
    event = parse_event('{"type": "run.failed", "error": "no"}')
    with pytest.raises(ValidationError):
        event.__setattr__("seq", 1)


@given(instances(Evidence))
def test_evidence_reads_back_as_it_was_written(evidence: BaseModel) -> None:
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


@pytest.mark.parametrize("source_type", SOURCE_TYPES)
@given(data=st.data())
def test_the_kind_of_evidence_follows_from_its_source(
    source_type: type[BaseModel], data: st.DataObject
) -> None:
    source = data.draw(instances(source_type))
    finding = Finding.model_validate({"source": source, "content": ""})
    written = finding.model_dump()
    assert written["kind"] == finding.kind == written["source"]["type"]
