"""How a step's arguments name another step's result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot import ToolError
from surefoot.graphs import fill, follow, references, renamed

keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_ ()*-]{0,8}", fullmatch=True)
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)


def nested(children: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    lists: st.SearchStrategy[JsonValue] = st.lists(children, max_size=3).map(list)
    dicts: st.SearchStrategy[JsonValue] = st.dictionaries(keys, children, max_size=3).map(dict)
    return lists | dicts


values: st.SearchStrategy[JsonValue] = st.recursive(leaves, nested, max_leaves=8)


def paths(value: JsonValue, path: str) -> list[tuple[str, JsonValue]]:
    """Return every path into a value, with what stands there."""
    found = [(path, value)]
    if isinstance(value, dict):
        for key, item in value.items():
            found += paths(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += paths(item, f"{path}.{index}")
    return found


@given(value=values)
def test_every_path_into_a_value_leads_to_what_stands_there(value: JsonValue) -> None:
    for path, meant in paths(value, "s1"):
        assert follow(path, {"s1": value}) == meant
        assert fill({"x": [{"$ref": path}]}, {"s1": value}) == {"x": [meant]}


@given(value=values)
def test_a_value_without_references_is_filled_in_as_it_is(value: JsonValue) -> None:
    assert fill(value, {"s1": 1}) == value
    assert renamed(value, {"s1": "s2"}) == value
    assert list(references(value)) == []


@given(names=st.permutations(["a", "b", "c", "s1", "s2", "s3"]))
def test_renaming_steps_changes_no_meaning(names: list[str]) -> None:
    old = ["a", "b", "c", "s1", "s2", "s3"]
    value: JsonValue = {
        "x": [{"$ref": f"{name}.n"} for name in old],
        "y": " ".join(f"{{{{ {name}.n }}}}" for name in old),
    }
    results: dict[str, JsonValue] = {name: {"n": n} for n, name in enumerate(old)}
    others: dict[str, JsonValue] = {
        new: results[name] for name, new in zip(old, names, strict=True)
    }
    mapping = dict(zip(old, names, strict=True))
    assert fill(renamed(value, mapping), others) == fill(value, results)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("s1", {"rows": [{"n": 3, "avg(p.mass)": 4.5, "a.b": {"c": 1}}]}),
        ("s1.rows.0.n", 3),
        ("s1.rows[0].n", 3),
        ("s1.rows.-1.n", 3),
        ("s1.rows[-1].n", 3),
        ("s1.rows.0.avg(p.mass)", 4.5),
        ("s1.rows.0.a.b.c", 1),
    ],
)
def test_the_ways_to_write_a_path(path: str, meant: JsonValue) -> None:
    results: dict[str, JsonValue] = {
        "s1": {"rows": [{"n": 3, "avg(p.mass)": 4.5, "a.b": {"c": 1}}]}
    }
    assert follow(path, results) == meant


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("s2.rows", "names 's2', which is not there. There is: s1."),
        ("s1.row", "names 'row', which is not there. Did you mean 'rows'? There is: rows."),
        ("s1.rows.n", "names 'n', which is not there."),
        ("s1.rows.1.n", "asks for item 1, but there are 1."),
        ("s1.rows.-2", "asks for item -2, but there are 1."),
        ("s1.rows.--1", "names '--1', which is not there."),
        ("s1.rows.²", "names '²', which is not there."),
        ("s1.rows.99999999999999999999", "names '99999999999999999999'"),
        ("s1.rows.0.n.x", "names 'x', which is not there."),
        ("", "names '', which is not there."),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_goes_wrong(path: str, told: str) -> None:
    results: dict[str, JsonValue] = {"s1": {"rows": [{"n": 3}]}}
    with pytest.raises(ToolError) as refused:
        follow(path, results)
    assert told in str(refused.value) and refused.value.code == "bad_reference"


@pytest.mark.parametrize(
    ("value", "text"),
    [("words", "words"), (1.5, "1.5"), (True, "true"), (None, "null"), (["a", 1], '["a", 1]')],
)
def test_a_value_in_the_middle_of_a_text_stands_there_as_json(value: JsonValue, text: str) -> None:
    assert fill("<{{s1}}>", {"s1": value}) == f"<{text}>"


def test_braces_that_name_no_step_stay_as_they_are() -> None:
    text = "{{ name }} {{other.x}} {{}} {s1} {{ 1 }}"
    assert fill(text, {"s1": 1}) == text
    assert renamed(text, {"s1": "s2"}) == text


def test_an_object_that_has_more_than_a_reference_is_no_reference() -> None:
    assert list(references({"$ref": "s1", "more": 1})) == []
    assert list(references({"$ref": 1})) == []
    assert list(references({"$ref": "s1"})) == ["s1"]
