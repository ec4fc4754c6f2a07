"""Messages and the limits that Slack sets to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Json = dict[str, object]


class SlackError(Exception):
    """What the Web API answers instead: `{"ok": false, "error": …}`."""


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as people see it, and what the API knows of it."""

    channel: str
    ts: str
    thread_ts: str = ""
    user: str = ""
    bot_id: str = ""
    text: str = ""
    """The words; for a streamed message, all that has been streamed."""
    blocks: list[Json] = field(default_factory=list[Json])
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])
    plan: str = ""
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list[Json])
    is_streaming: bool = False
    appended: int = 0
    updates: int = 0

    @property
    def shown(self) -> str:
        """What a person reads: the blocks that hold words, or the text where there are none."""
        words = [shown_text(block) for block in self.blocks]
        said = "\n\n".join(word for word in words if word)
        return said if said and not self.appended else self.text

    def buttons(self) -> dict[str, Json]:
        """Return the buttons by what is written on them."""
        found: dict[str, Json] = {}
        for block in self.blocks:
            for element in listed(block.get("elements")):
                if element.get("type") == "button":
                    label = element["text"]
                    assert isinstance(label, dict)
                    found[str(label["text"])] = {**element, "block_id": block.get("block_id", "b")}
        return found

    def of_type(self, kind: str) -> list[Json]:
        """Return the blocks of a type."""
        return [block for block in self.blocks if block.get("type") == kind]

    def as_json(self) -> Json:
        """Return the message as `conversations.replies` does."""
        told: Json = {"type": "message", "ts": self.ts, "text": self.text, "user": self.user}
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.bot_id:
            told["bot_id"] = self.bot_id
        if self.metadata is not None:
            told["metadata"] = self.metadata
        if self.files:
            told["files"] = self.files
        return told


def listed(value: object) -> list[Json]:
    """Return the objects in a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def shown_text(block: Mapping[str, object]) -> str:
    """Return the words of a block that holds the text of a message."""
    if block.get("type") == "markdown":
        return str(block["text"])
    if block.get("type") == "section":
        text = block["text"]
        assert isinstance(text, dict)
        return str(text["text"])
    return ""


def check_blocks(blocks: Sequence[Json], *, most: int = 50) -> None:
    """Refuse blocks that Slack refuses.

    https://docs.slack.dev/reference/block-kit/blocks and the pages of each block. All blocks of a
    message together may hold about 13,200 characters, which no page says.
    """
    if len(blocks) > most:
        raise SlackError("invalid_blocks")
    markdown = sum(len(str(b["text"])) for b in blocks if b.get("type") == "markdown")
    if markdown > 12_000:
        raise SlackError("msg_too_long")
    if sum(map(_length, blocks)) > 13_200 and most == 50:
        raise SlackError("msg_blocks_too_long")
    if sum(block.get("type") == "table" for block in blocks) > 1:
        raise SlackError("invalid_blocks")
    if sum(block.get("type") == "data_visualization" for block in blocks) > 2:
        raise SlackError("invalid_blocks")
    for block in blocks:
        _check_block(block)


def _length(value: object) -> int:
    """Count the characters that people read."""
    if isinstance(value, dict):
        shown = [v for k, v in value.items() if k not in ("type", "action_id", "value", "block_id")]
        return sum(map(_length, shown))
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


def _check_block(block: Json) -> None:
    match block.get("type"):
        case "section":
            text = block["text"]
            assert isinstance(text, dict)
            _require(0 < len(str(text["text"])) <= 3_000)
        case "context":
            _require(0 < len(listed(block["elements"])) <= 10)
            for element in listed(block["elements"]):
                _require(0 < len(str(element.get("text"))) <= 3_000)
        case "actions":
            _require(0 < len(listed(block["elements"])) <= 25)
            for element in listed(block["elements"]):
                _require(len(str(element.get("value", ""))) <= 2_000)
        case "header":
            _require(_length(block["text"]) <= 150)
        case "markdown":
            _require(bool(block["text"]))
        case "table":
            _check_table(block)
        case "data_visualization":
            _check_chart(block)
        case "context_actions":
            _require(0 < len(listed(block["elements"])) <= 5)
        case "input":
            _require(_length(block["label"]) <= 2_000)
        case "divider" | "plan" | "task_card" | "image" | "rich_text":
            pass
        case other:
            raise SlackError(f"invalid_blocks: {other}")


def _check_table(block: Json) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/table-block"""
    rows = block["rows"]
    assert isinstance(rows, list)
    _require(0 < len(rows) <= 100 and all(0 < len(row) <= 20 for row in rows))
    _require(all(len(row) == len(rows[0]) for row in rows))
    _require(all(cell["type"] in ("raw_text", "rich_text") for row in rows for cell in row))
    _require(all(cell.get("text") != "" for row in rows for cell in row))


def _check_chart(block: Json) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block"""
    chart = block["chart"]
    assert isinstance(chart, dict)
    axis = chart["axis_config"]
    assert isinstance(axis, dict)
    _require(chart["type"] in ("bar", "line", "area", "pie"))
    _require(0 < len(str(block["title"])) <= 50)
    categories = axis["categories"]
    _require(len(set(categories)) == len(categories) and all(len(c) <= 20 for c in categories))
    series = listed(chart["series"])
    _require(0 < len(series) <= 6 and len({str(s["name"]) for s in series}) == len(series))
    for one in series:
        _require([point["label"] for point in listed(one["data"])] == categories)


def _require(is_so: bool) -> None:
    if not is_so:
        raise SlackError("invalid_blocks")
