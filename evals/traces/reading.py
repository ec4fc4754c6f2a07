"""Reading: any file or folder into traces, with every file accounted for."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from surefoot.errors import InputError, SurefootError

from .fields import rows, table, tables
from .formats import agentdojo, atif, chats, inspect_logs, langgraph, ours, swe_agent, tau
from .spans.reading import traces_of
from .spans.span import of_jaeger, of_otlp, of_records
from .trace import Trace

Reader = Callable[[object, str], Iterable[Trace]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one file."""

    path: str
    """Relative to what was asked for."""
    format: str = ""
    traces: tuple[Trace, ...] = ()
    reason: str = ""
    """Why there are no traces, or what was left out."""


def _is_otlp(document: object) -> bool:
    body = table(document)
    return bool({"resourceSpans", "batches"} & body.keys()) or "resourceSpans" in table(
        body.get("trace")
    )


def _is_jaeger(document: object) -> bool:
    data = tables(table(document).get("data"))
    return bool(data) and "spans" in data[0]


def _is_records(document: object) -> bool:
    first = table(rows(document)[0]) if rows(document) else {}
    named = bool(first.get("context")) or "context.trace_id" in first
    return named and any(key.startswith("attributes") for key in first)


def _read_records(document: object, path: str) -> Iterator[Trace]:
    return traces_of(of_records(document), format="openinference", path=path)


def _read_otlp(document: object, path: str) -> Iterator[Trace]:
    return traces_of(of_otlp(document), format="otlp", path=path)


def _read_jaeger(document: object, path: str) -> Iterator[Trace]:
    return traces_of(of_jaeger(document), format="jaeger", path=path)


FORMATS: dict[str, tuple[Callable[[object], bool], Reader]] = {
    ours.NAME: (ours.recognise, ours.read),
    agentdojo.NAME: (agentdojo.recognise, agentdojo.read),
    tau.TAU2: (tau.recognise2, tau.read2),
    tau.TAU: (tau.recognise, tau.read),
    atif.NAME: (atif.recognise, atif.read),
    inspect_logs.NAME: (inspect_logs.recognise, inspect_logs.read),
    "otlp": (_is_otlp, _read_otlp),
    "jaeger": (_is_jaeger, _read_jaeger),
    "openinference": (_is_records, _read_records),
    swe_agent.NAME: (swe_agent.recognise, swe_agent.read),
    chats.NAME: (chats.recognise, chats.read),
}
"""Each format with how it is recognised, the most telling first."""

_NOT_TRACES: dict[str, Callable[[object], bool]] = {
    "an eval set of cases to run, not a recorded run": lambda d: "eval_cases" in table(d),
    "loose events for a test of a viewer, not a log": lambda d: (
        {"events", "expected"} <= table(d).keys()
    ),
}


def read_traces(paths: Iterable[Path]) -> Iterator[Account]:
    """Read files and folders, in order of their names; yield an account of every file."""
    for path in paths:
        if path.is_dir():
            for file in sorted(one for one in path.rglob("*") if one.is_file()):
                yield _account(file, str(file.relative_to(path)))
        elif path.exists():
            yield _account(path, path.name)
        else:
            raise InputError(f"There is no {str(path)!r}. Name a file or folder with traces.")


def read_file(path: Path) -> Account:
    """Read one file."""
    return _account(path, path.name)


def _account(file: Path, path: str) -> Account:
    """Read a file; whatever is wrong with it becomes the reason."""
    try:
        return _with_reason(_read(file, path))
    except (SurefootError, OSError, sqlite3.Error) as error:
        return Account(path=path, reason=str(error))
    except (UnicodeDecodeError, EOFError):
        return Account(path=path, reason="it is neither text nor a format that is known")
    except Exception as error:  # a format's reader met something that its format does not have
        return Account(path=path, reason=f"it cannot be read ({type(error).__name__}: {error})")


def _with_reason(account: Account) -> Account:
    if account.traces or account.reason:
        return account
    return replace(account, reason=f"it is {account.format}, but holds no run")


def _read(file: Path, path: str) -> Account:
    if file.suffix == ".eval":
        traces = tuple(inspect_logs.read_archive(file, path))
        return Account(path=path, format=inspect_logs.NAME, traces=traces)
    with file.open("rb") as opened:
        head = opened.read(16)
    if head.startswith(b"SQLite format 3\0"):
        return _database(file, path)
    data = gzip.decompress(file.read_bytes()) if head[:2] == b"\x1f\x8b" else file.read_bytes()
    return read_text(data.decode("utf-8-sig"), path)


def _database(file: Path, path: str) -> Account:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = {str(name) for (name,) in connection.execute(query)}
        if ours.is_here(names):
            traces = tuple(ours.read_database(connection, path))
            return Account(path=path, format=ours.EVENTS, traces=traces)
        if langgraph.is_here(names):
            traces = tuple(langgraph.read(connection, path))
            return Account(path=path, format=langgraph.NAME, traces=traces)
    return Account(path=path, reason="it is a database, but of no format that is known")


def read_text(content: str, path: str) -> Account:
    """Read the traces in a text: one JSON document, or one a line."""
    if content.lstrip()[:1] not in ("{", "["):
        return Account(path=path, reason="it is text, not a trace")
    try:
        return read_document(json.loads(content), path)
    except (ValueError, RecursionError) as error:
        lines = content.splitlines()
        if len(lines) < 2:
            return Account(path=path, reason=f"it is not JSON: {error}")
    return _lines(lines, path)


def read_document(document: object, path: str) -> Account:
    """Read the traces in a parsed JSON document."""
    for name, (recognise, read) in FORMATS.items():
        if recognise(document):
            return Account(path=path, format=name, traces=tuple(read(document, path)))
    if ours.recognise_events(document):
        return Account(
            path=path, format=ours.EVENTS, traces=tuple(ours.read_events([document], path))
        )
    for reason, recognise in _NOT_TRACES.items():
        if recognise(document):
            return Account(path=path, reason=f"it is {reason}")
    return Account(path=path, reason="it is JSON, but of no format that is known")


def _lines(lines: list[str], path: str) -> Account:
    """Read a document a line; lines that hold none are named."""
    documents: dict[int, object] = {}
    broken: list[int] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                documents[number] = json.loads(line)
            except (ValueError, RecursionError):
                broken.append(number)
    if not documents:
        return Account(path=path, reason="it is not JSON, nor is any of its lines")
    left_out = f"{_places(broken)} not JSON" if broken else ""
    together = list(documents.values())
    if all(ours.recognise_events(one) for one in together):
        traces = tuple(ours.read_events(together, path))
        return Account(path=path, format=ours.EVENTS, traces=traces, reason=left_out)
    if _is_records(together):
        traces = tuple(_read_records(together, path))
        return Account(path=path, format="openinference", traces=traces, reason=left_out)
    read = {number: read_document(one, path) for number, one in documents.items()}
    if strange := [number for number, one in read.items() if not one.traces]:
        left_out = "; ".join(filter(None, [left_out, f"{_places(strange)} no trace"]))
    found = tuple(_of_line(t, number) for number, one in read.items() for t in one.traces)
    name = next((one.format for one in read.values() if one.traces), "")
    return Account(path=path, format=name, traces=found, reason=left_out)


def _of_line(trace: Trace, line: int) -> Trace:
    if trace.provenance.format == ours.NAME:
        return trace
    name = f"{trace.trace_id[:-2]}#{line}" if trace.trace_id.endswith("#0") else trace.trace_id
    return replace(trace, trace_id=name, provenance=replace(trace.provenance, place=f"line {line}"))


def _places(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5])) + ("…" if len(numbers) > 5 else "")
    return f"line {shown} is" if len(numbers) == 1 else f"lines {shown} are"
