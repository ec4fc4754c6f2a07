"""Tables: what a query found, said in sentences and short lists."""

from __future__ import annotations

import re

from ..blocks import Block, Grid, grid_of
from .figures import figure, is_missing, name_of, with_unit
from .restating import bare, capital, names_stated, number_stated

_MOST_LINES = 25
_MOST_NAMES = 12
_FOLLOWS_NOUN = (
    r"(?: (?:are|were|is|was|did|do|does|have|has|had|live|of|on|in|per|by|each"
    r"|for|that|with|there)\b|$)"
)


def table_said(question: str, block: Block, shape: str = "") -> str:
    """Answer `question` with a table block."""
    grid = grid_of(block)
    if grid is None:
        return f"{number_stated(question, figure(block.content.strip()))} {block.cite}."
    if not grid.rows:
        return f"None was found: no row answers “{bare(question)}” {block.cite}."
    if len(grid.rows) == 1 and len(grid.columns) == 1:
        return _single(question, grid, block, shape)
    if (shape == "top" and len(grid.rows) == 1) or _has_tie(grid, shape):
        return _winner(question, grid, block)
    if (
        len(grid.columns) == 1
        and len(grid.rows) <= _MOST_NAMES
        and shape not in ("groups", "number")
    ):
        return _names(question, [row[0] for row in grid.rows], grid, block)
    return _lines(question, grid, block)


def _single(question: str, grid: Grid, block: Block, shape: str) -> str:
    column, text = grid.columns[0], grid.rows[0][0]
    if is_missing(text):
        return f"There is no value to answer “{bare(question)}” with {block.cite}."
    value = with_unit(column, text)
    if shape == "exists":
        return _existence(question, text, block)
    if shape in ("list", "top"):
        return _names(question, [text], grid, block)
    if shape == "lookup" and re.match(r"who\b", question.strip(), re.IGNORECASE):
        return _names(question, [text], grid, block)
    return f"{number_stated(question, value)} {block.cite}."


def _existence(question: str, count: str, block: Block) -> str:
    rest = re.sub(
        r"^(?:is|are|was|were) there(?: any| an?)?\s*|^(?:do|does|did) (?:we have )?(?:any)?\s*",
        "",
        bare(question),
        flags=re.IGNORECASE,
    )
    if count == "0":
        return f"No, there are no {rest} {block.cite}."
    verb = "is" if count == "1" else "are"
    return f"Yes, there {verb} {count} {rest} {block.cite}."


def _names(question: str, names: list[str], grid: Grid, block: Block) -> str:
    shown = ["not recorded" if is_missing(name) else figure(name) for name in names]
    said = names_stated(question, shown, name_of(grid.columns[0]))
    return f"{said} {block.cite}."


def _has_tie(grid: Grid, shape: str) -> bool:
    """True when several rows share the first place that one was asked for."""
    return (
        shape == "top"
        and len(grid.columns) == 2
        and 1 < len(grid.rows) <= _MOST_NAMES
        and len({row[-1] for row in grid.rows}) == 1
    )


def _winner(question: str, grid: Grid, block: Block) -> str:
    names = [row[0] for row in grid.rows]
    said = names_stated(question, [figure(name) for name in names], name_of(grid.columns[0]))
    tied = " each" if len(names) > 1 else ""
    measured = list(zip(grid.columns, grid.rows[0], strict=True))[1:]
    if [column for column, _ in measured] == ["n"]:
        return f"{said}, with {measured[0][1]}{tied} {block.cite}."
    details = ", ".join(f"{name_of(column)} {with_unit(column, text)}" for column, text in measured)
    return f"{said} ({details}{tied}) {block.cite}." if details else f"{said} {block.cite}."


def _lines(question: str, grid: Grid, block: Block) -> str:
    noun = _counted_noun(question)
    lines = [_line(row, grid, noun, block) for row in grid.rows[:_MOST_LINES]]
    left = grid.row_count - len(lines)
    if left > 0:
        lines.append(f"- … and {left} more rows {block.cite}.")
    return "\n".join(lines)


def _line(row: tuple[str, ...], grid: Grid, noun: str, block: Block) -> str:
    labels, values = [], []
    for column, text in zip(grid.columns, row, strict=True):
        if column == "n" and noun:
            values.append(f"{text} {noun}")
        elif _is_measured(column) or values:
            values.append(f"{name_of(column)} {with_unit(column, text)}")
        else:
            labels.append(f"{name_of(column)} not recorded" if is_missing(text) else figure(text))
    if not values:
        pairs = zip(grid.columns[1:], row[1:], strict=True)
        labels = [figure(row[0])]
        values = [f"{name_of(column)} {with_unit(column, text)}" for column, text in pairs]
    said = (
        f"{', '.join(labels)}: {', '.join(values)}"
        if labels and values
        else ", ".join(labels + values)
    )
    return f"- {capital(said)} {block.cite}."


def _is_measured(column: str) -> bool:
    return column in ("n", "percent") or bool(
        re.match(r"(?:avg|total|max|min|median|stddev)_", column)
    )


def _counted_noun(question: str) -> str:
    match = re.search(
        rf"(?:how many|number of) (?P<noun>.+?){_FOLLOWS_NOUN}", question, re.IGNORECASE
    )
    return match["noun"].rstrip("?") if match and len(match["noun"].split()) <= 3 else ""
