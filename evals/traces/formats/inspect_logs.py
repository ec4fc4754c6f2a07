"""Inspect logs: JSON, or a ZIP of JSON whose members may be compressed with Zstandard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from surefoot.errors import InputError

from ..fields import json_value, number, table, tables, text, total, whole
from ..messages import Conversation, final_answer, text_of, tools_of
from ..trace import Provenance, Spent, Status, ToolDefinition, Trace
from ..zipped import Archive

NAME = "inspect"


def recognise(document: object) -> bool:
    """Return whether this is an evaluation log."""
    return {"version", "status", "eval"} <= table(document).keys()


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the samples of a log."""
    body = table(document)
    for sample in tables(body.get("samples")):
        yield _trace(sample, table(body.get("eval")), path)


def read_archive(file: Path, path: str) -> Iterator[Trace]:
    """Yield the samples of an `.eval` file. Raises `InputError` for what is no such file."""
    with Archive(file) as archive:
        names = archive.names()
        head = next((n for n in ("header.json", "_journal/start.json") if n in names), None)
        if head is None:
            raise InputError(f"{path} is a ZIP file, but not a log of Inspect's.")
        about = table(table(json.loads(archive.read(head))).get("eval"))
        for name in names:
            if name.startswith("samples/") and name.endswith(".json"):
                yield _trace(table(json.loads(archive.read(name))), about, path)


def _trace(sample: dict[str, object], about: dict[str, object], path: str) -> Trace:
    conversation = Conversation()
    attached = table(sample.get("attachments"))
    for message in tables(sample.get("messages")):
        conversation.add(_with_attachments(message, attached))
    steps = conversation.steps()
    item, epoch = text(sample.get("id")), whole(sample.get("epoch")) or 1
    usage = [table(one) for one in table(sample.get("model_usage")).values()]
    output = table(sample.get("output"))
    failed = table(sample.get("error"))
    return Trace(
        trace_id=text(sample.get("uuid")) or f"{path}#{item}.{epoch}",
        steps=steps,
        answer=text(output.get("completion")) or final_answer(steps),
        tools=_tools(sample),
        model=text(about.get("model")),
        item=item,
        repeat=epoch - 1,
        spent=Spent(
            model_calls=sum(e.get("event") == "model" for e in tables(sample.get("events")))
            or None,
            input_tokens=whole(total(number(one.get("input_tokens")) for one in usage)),
            output_tokens=whole(total(number(one.get("output_tokens")) for one in usage)),
            seconds=number(sample.get("total_time")),
        ),
        status=_status(sample, failed),
        error=text(failed.get("message")) or None,
        clusters={"task": text(about.get("task"))},
        labels={
            "target": json_value(sample.get("target")),
            **{
                f"score.{name}": json_value(table(score).get("value"))
                for name, score in table(sample.get("scores")).items()
            },
        },
        unscorable=None if steps else "the sample has no messages",
        provenance=Provenance(format=NAME, path=path, place=f"sample {item}, epoch {epoch}"),
    )


def _status(sample: dict[str, object], failed: dict[str, object]) -> Status:
    if failed:
        return "failed"
    return "limit" if sample.get("limit") else "completed"


def _tools(sample: dict[str, object]) -> tuple[ToolDefinition, ...]:
    for event in tables(sample.get("events")):
        if event.get("event") == "model" and (found := tools_of(event.get("tools"))):
            return found
    return ()


def _with_attachments(message: dict[str, object], attached: dict[str, object]) -> dict[str, object]:
    """Put long texts back that the log keeps apart as `attachment://HASH`."""
    content = text_of(message.get("content"))
    if not content.startswith("attachment://"):
        return message
    found = attached.get(content.removeprefix("attachment://"))
    return {**message, "content": found} if isinstance(found, str) else message
