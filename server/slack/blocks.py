"""Blocks: what stands in a message beside the answer's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from surefoot.evidence import (
    CodeSource,
    DocumentSource,
    Evidence,
    McpSource,
    MemorySource,
    TableSource,
    ToolSource,
)

from .mrkdwn import escaped, link
from .story import Story, Task

Block = dict[str, JsonValue]

STOP, SOURCES, FEEDBACK = "surefoot_stop", "surefoot_sources", "surefoot_feedback"
SECTION_CHARS = 3_000
_CONTEXT_CHARS = 2_000
_SHOWN_TASKS = 10
_MARKS = {"in_progress": "◌", "complete": "✓", "error": "✗"}


def text_block(text: str) -> Block:
    """Return Markdown as a block."""
    return {"type": "markdown", "text": text}


def sections(mrkdwn: str) -> list[Block]:
    """Return mrkdwn as sections, for where Markdown is not taken."""
    lines, texts = mrkdwn.split("\n"), [""]
    for line in lines:
        for piece in _pieces(line, SECTION_CHARS - 1):
            if len(texts[-1]) + len(piece) + 1 > SECTION_CHARS:
                texts.append("")
            texts[-1] += f"{piece}\n"
    return [section(text.strip("\n")) for text in texts if text.strip()][:40]


def section(mrkdwn: str) -> Block:
    """Return a section of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn[:SECTION_CHARS]}}


def context(*lines: str) -> Block:
    """Return small text."""
    text = "\n".join(lines)
    shown = text if len(text) <= _CONTEXT_CHARS else f"{text[: _CONTEXT_CHARS - 1]}…"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": shown}]}


def button(
    label: str, action: str, value: str, *, style: str | None = None, confirm: str | None = None
) -> Block:
    """Return a button; with `confirm`, Slack asks once more."""
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action,
        "value": value,
    }
    if style is not None:
        made["style"] = style
    if confirm is not None:
        made["confirm"] = {
            "title": {"type": "plain_text", "text": label},
            "text": {"type": "plain_text", "text": confirm},
            "confirm": {"type": "plain_text", "text": label},
            "deny": {"type": "plain_text", "text": "Cancel"},
        }
    return made


def actions(*elements: Block) -> Block:
    """Return buttons in a row."""
    return {"type": "actions", "elements": list(elements)}


def task_block(tasks: Iterable[Task]) -> list[Block]:
    """Return the steps so far as small text."""
    lines = [
        f"{_MARKS[task.status]} {escaped(task.title)}"
        + (f": {escaped(task.details)}" if task.details else "")
        for task in tasks
    ]
    return [context(*lines[-_SHOWN_TASKS:])] if lines else []


def stop_block(run_id: str) -> Block:
    """Return the button that stops a run."""
    return actions(button("Stop", STOP, run_id))


def closing_blocks(story: Story) -> list[Block]:
    """Return what stands below a whole answer: its sources, and how it was."""
    closing: list[Block] = []
    if story.cited:
        closing.append(source_block(story.cited))
        closing.append(actions(button("Show the sources", SOURCES, story.run_id)))
    closing.append(_feedback(story.run_id))
    return closing


def source_block(cited: Sequence[Evidence]) -> Block:
    """Return the cited pieces of evidence, one a line, with links where there is an address."""
    return context("*Sources*", *(f"[{item.id}] {_linked(item)}" for item in cited))


def source_line(item: Evidence) -> str:
    """Say in a line where evidence comes from."""
    match item.source:
        case DocumentSource() as source:
            page = f", page {source.page}" if source.page is not None else ""
            heading = f" > {source.heading}" if source.heading else ""
            return f"{source.path}{heading}{page}"
        case TableSource() as source:
            rows = f"{source.row_count:,} row{'' if source.row_count == 1 else 's'}"
            return f"{rows} from {', '.join(source.tables)}" if source.tables else rows
        case CodeSource() as source:
            return f"{source.language} code"
        case MemorySource() as source:
            return f"remembered, said {source.observed_at[:10]}" if source.observed_at else "memory"
        case ToolSource() as source:
            return source.tool
        case McpSource() as source:
            return f"{source.server}: {source.tool}"


def _linked(item: Evidence) -> str:
    told = source_line(item)
    if isinstance(item.source, DocumentSource) and "://" in item.source.path:
        return link(item.source.path, told)
    return escaped(told)


def _feedback(run_id: str) -> Block:
    def choice(label: str, value: str) -> Block:
        return {"text": {"type": "plain_text", "text": label}, "value": f"{value} {run_id}"}

    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": choice("Good answer", "good"),
                "negative_button": choice("Bad answer", "bad"),
            }
        ],
    }


def _pieces(line: str, size: int) -> list[str]:
    return [line[at : at + size] for at in range(0, len(line), size)] or [""]
