"""Tables and charts that an answer cites are shown, as blocks or as pictures."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import JsonValue

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.evidence import Finding, TableSource, ToolSource
from surefoot.tools import ToolOutput, chart_tool

from .conftest import bot_in
from .messages import Message
from .web_api import LOST, Slack

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n picture"


@tool(side_effects=False)
async def rows(count: int, width: int) -> ToolOutput:
    """Return a table."""
    columns = [f"c{n}" for n in range(width)]
    data: JsonValue = {"columns": [*columns], "rows": [[i] * width for i in range(count)]}
    source = TableSource(sql="SELECT 1", row_count=count, tables=("things",))
    finding = Finding(source=source, content="a table", data=data)
    return ToolOutput(value=count, findings=(finding,))


@tool(side_effects=False)
async def plot() -> ToolOutput:
    """Return a picture."""
    data: JsonValue = {
        "media_type": "image/png",
        "base64": base64.b64encode(PNG).decode(),
        "title": "Figure 1",
    }
    finding = Finding(source=ToolSource(tool="plot"), content="a figure", data=data)
    return ToolOutput(value=1, findings=(finding,))


def drawn(kind: str, labels: int, names: int = 1, gap: bool = False) -> dict[str, JsonValue]:
    values: list[JsonValue] = [None if gap and n == 0 else n for n in range(labels)]
    series: list[JsonValue] = [{"name": f"s{n}", "values": values} for n in range(names)]
    labelled: list[JsonValue] = [f"label {n}" for n in range(labels)]
    return {"kind": kind, "title": "A chart", "labels": labelled, "series": series}


async def answer_to(slack: Slack, tmp_path: Path, name: str, **args: JsonValue) -> list[Message]:
    model = ScriptedModel(calls(name, **args), says("Here it is [S1]."))
    assistant = Assistant(
        model=model,
        tools=[rows, plot, chart_tool()],
        builtins=False,
        memory=None,
        settings=Settings(data_dir=tmp_path),
        release="label",
    )
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        return await running.ask("Show it.")


async def test_a_table_is_a_table_with_as_many_rows_as_fit(slack: Slack, tmp_path: Path) -> None:
    (answer,) = await answer_to(slack, tmp_path, "rows", count=150, width=3)
    (table,) = answer.of_type("table")
    shown = table["rows"]
    assert isinstance(shown, list) and len(shown) == 100
    assert "The first 99 of 150 rows." in str(answer.blocks)


@pytest.mark.parametrize(("count", "width"), [(1, 2), (5, 21)])
async def test_one_value_and_too_many_columns_are_no_table(
    slack: Slack, tmp_path: Path, count: int, width: int
) -> None:
    (answer,) = await answer_to(slack, tmp_path, "rows", count=count, width=width)
    assert not answer.of_type("table") and answer.shown == "Here it is [S1]."


@pytest.mark.parametrize("kind", ["bar", "line"])
async def test_a_small_chart_is_drawn_by_slack(slack: Slack, tmp_path: Path, kind: str) -> None:
    (answer,) = await answer_to(slack, tmp_path, "chart", spec=drawn(kind, 5, 2))
    (chart,) = answer.of_type("data_visualization")
    assert chart["title"] == "A chart"


@pytest.mark.parametrize(
    "spec", [drawn("point", 5), drawn("bar", 21), drawn("line", 5, 7), drawn("bar", 5, gap=True)]
)
async def test_any_other_chart_is_put_beside_the_answer(
    slack: Slack, tmp_path: Path, spec: dict[str, JsonValue]
) -> None:
    answer, picture = await answer_to(slack, tmp_path, "chart", spec=spec)
    assert answer.shown == "Here it is [S1]." and not answer.of_type("data_visualization")
    assert picture.files[0]["title"] == "[S1] A chart"
    assert slack.uploads[str(picture.files[0]["id"])].startswith(b"<svg")


async def test_a_picture_is_put_beside_the_answer_once(slack: Slack, tmp_path: Path) -> None:
    slack.faults["files.getUploadURLExternal"] += [LOST]
    _, picture = await answer_to(slack, tmp_path, "plot")
    assert slack.uploads[str(picture.files[0]["id"])] == PNG


async def test_an_answer_that_slack_does_not_take_with_its_blocks_is_said_without(
    slack: Slack, tmp_path: Path
) -> None:
    from .web_api import Fault

    slack.faults["chat.stopStream"] += [Fault(error="invalid_blocks")]
    (answer,) = await answer_to(slack, tmp_path, "rows", count=5, width=2)
    assert answer.shown == "Here it is [S1]." and not answer.of_type("table")
    assert answer.of_type("context_actions")
