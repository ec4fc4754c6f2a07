from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import ToolError
from surefoot.tools import CallContext, chart_tool
from surefoot.tools.drawing import nice_ticks  # type: ignore[import-not-found]

chart = chart_tool()
SVG = "{http://www.w3.org/2000/svg}"


async def drawn(context: CallContext, **spec: object) -> ElementTree.Element:
    output = await chart.run(chart.validate({"spec": spec}), context)  # type: ignore[dict-item]
    assert isinstance(output.value, dict)
    return ElementTree.fromstring(str(output.value["svg"]))


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "mark"), [("bar", "rect"), ("line", "circle")])
async def test_every_value_is_drawn(context: CallContext, kind: str, mark: str) -> None:
    root = await drawn(
        context,
        kind=kind,
        title="Mass <by> island & year",
        labels=["Biscoe", "Dream", 2009],
        series=[{"name": "a", "values": [1, None, -3.5]}, {"name": "b", "values": [4, 5, 6]}],
    )
    background = 1 if mark == "rect" else 0
    assert len(root.findall(f"{SVG}{mark}")) == 5 + background
    assert root.findtext(f"{SVG}title") == "Mass <by> island & year"
    assert {"Biscoe", "Dream", "2009", "a", "b"} <= {t.text for t in root.iter(f"{SVG}text")}


@pytest.mark.anyio
async def test_a_line_leaves_a_gap_where_a_value_is_missing(context: CallContext) -> None:
    root = await drawn(
        context, kind="line", title="t", labels=[1, 2, 3, 4], series=[{"values": [1, 2, None, 3]}]
    )
    assert len(root.findall(f"{SVG}polyline")) == 2


def test_values_without_labels_are_refused_with_their_number() -> None:
    with pytest.raises(ToolError) as caught:
        chart.validate(
            {"spec": {"kind": "bar", "title": "t", "labels": ["a"], "series": [{"values": [1, 2]}]}}
        )
    assert "has 2 values for 1 labels" in str(caught.value)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.booleans())
def test_ticks_are_few_and_hold_every_value(low: float, width: float, zero: bool) -> None:
    if 0 < width < abs(low) * 1e-6:
        return
    ticks = nice_ticks(low, low + width, zero=zero)
    assert 2 <= len(ticks) <= 12
    slack = (ticks[-1] - ticks[0]) * 1e-6
    assert ticks[0] <= low + slack and low + width <= ticks[-1] + slack
