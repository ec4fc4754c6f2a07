"""Figures: the tables and charts that an answer cites, as blocks, or as files where none fits."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.evidence import Evidence, TableSource, ToolSource

from .blocks import Block, context

_MOST_CHARTS, _MOST_SERIES, _MOST_LABELS, _LABEL_CHARS = 2, 6, 20, 20
_TITLE_CHARS, _AXIS_CHARS = 50, 50
_MOST_ROWS, _MOST_COLUMNS, _CELL_CHARS = 99, 20, 200
_SUFFIXES = {"image/png": "png", "image/svg+xml": "svg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that shows a piece of evidence."""

    evidence_id: str
    name: str
    title: str
    data: bytes


def figures_of(cited: Sequence[Evidence], *, room: int) -> tuple[list[Block], list[Picture]]:
    """Return the blocks that show what is cited, and the pictures that no block can show.

    Slack takes one table and two charts in a message; `room` is how many characters are left.
    """
    blocks: list[Block] = []
    pictures: list[Picture] = []
    charts = 0
    for item in cited:
        chart = chart_block(item) if charts < _MOST_CHARTS else None
        if chart is not None:
            charts += 1
            blocks.append(chart)
        elif (picture := picture_of(item)) is not None:
            pictures.append(picture)
    tables = (table_blocks(item, room=room) for item in cited)
    blocks += next((table for table in tables if table), [])
    return blocks, pictures


def table_blocks(item: Evidence, *, room: int) -> list[Block]:
    """Return a table of several rows, with as many as there is room for."""
    if not isinstance(item.source, TableSource) or not isinstance(item.data, dict):
        return []
    columns, rows = item.data.get("columns"), item.data.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list) or len(rows) < 2:
        return []
    if not 0 < len(columns) <= _MOST_COLUMNS:
        return []
    shown: list[list[str]] = [[_cell(column) for column in columns]]
    left = room - sum(map(len, shown[0]))
    for row in rows[:_MOST_ROWS]:
        cells = [_cell(value) for value in row] if isinstance(row, list) else []
        left -= sum(map(len, cells))
        if left < 0 or len(cells) != len(columns):
            break
        shown.append(cells)
    if len(shown) < 2:
        return []
    table: Block = {"type": "table", "rows": [[_raw(cell) for cell in row] for row in shown]}
    total = item.source.row_count
    if total > len(shown) - 1:
        return [table, context(f"[{item.id}] The first {len(shown) - 1:,} of {total:,} rows.")]
    return [table]


def chart_block(item: Evidence) -> Block | None:
    """Return a chart of bars or lines that is small enough to be drawn by Slack."""
    if not isinstance(item.source, ToolSource) or item.source.tool != "chart":
        return None
    spec = item.source.args.get("spec")
    if not isinstance(spec, dict) or spec.get("kind") not in ("bar", "line"):
        return None
    labels, series = spec.get("labels"), spec.get("series")
    if not isinstance(labels, list) or not isinstance(series, list):
        return None
    names = [str(label)[:_LABEL_CHARS] for label in labels]
    drawn = [_series(one, names, number) for number, one in enumerate(series, 1)]
    fits = len(set(names)) == len(names) <= _MOST_LABELS and 0 < len(drawn) <= _MOST_SERIES
    if not fits or any(one is None for one in drawn) or not all(names):
        return None
    axis: Block = {"categories": [*names]}
    for name in ("x", "y"):
        if title := str(spec.get(f"{name}_title") or ""):
            axis[f"{name}_label"] = title[:_AXIS_CHARS]
    return {
        "type": "data_visualization",
        "title": (str(spec.get("title") or "") or "Chart")[:_TITLE_CHARS],
        "chart": {"type": str(spec["kind"]), "series": [*drawn], "axis_config": axis},
    }


def picture_of(item: Evidence) -> Picture | None:
    """Return the picture in a piece of evidence, if it holds one."""
    data = item.data
    if not isinstance(data, dict) or data.get("media_type") not in _SUFFIXES:
        return None
    try:
        body = (
            str(data["svg"]).encode()
            if "svg" in data
            else base64.b64decode(str(data["base64"]), validate=True)
        )
    except (KeyError, binascii.Error):
        return None
    title = str(data.get("title") or item.id)
    name = f"{item.id}.{_SUFFIXES[str(data['media_type'])]}"
    return Picture(evidence_id=item.id, name=name, title=f"[{item.id}] {title}", data=body)


def _series(one: JsonValue, labels: Sequence[str], number: int) -> Block | None:
    values = one.get("values") if isinstance(one, dict) else None
    if not isinstance(values, list) or not isinstance(one, dict):
        return None
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(labels):
        return None  # A gap cannot be drawn there.
    points: list[JsonValue] = [
        {"label": label, "value": value} for label, value in zip(labels, numbers, strict=True)
    ]
    return {"name": f"{str(one.get('name') or '') or f'Series {number}'}"[:20], "data": points}


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _cell(value: JsonValue) -> str:
    text = "—" if value is None else str(value)
    return (text if len(text) <= _CELL_CHARS else f"{text[: _CELL_CHARS - 1]}…") or " "
