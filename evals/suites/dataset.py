"""Datasets: items in YAML or JSON lines, each with the hash of its content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from surefoot.errors import ConfigurationError, InputError

from ..graders import Grader, Reference, grader_of, read_reference
from ..graders.reference import FIELDS
from ..traces.canonical import digest
from ..traces.fields import is_arguments, json_value

DEFAULT_GRADERS = ("answer", "trajectory", "groundedness", "loops", "abstention")
_OWN = {"id", "question", "clusters", "approve", "notes"}

Approval = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question with what is expected of its run."""

    id: str
    question: str
    reference: Reference
    hash: str
    """Of the question and of what is expected; notes do not count."""
    clusters: dict[str, str] = field(default_factory=dict[str, str])
    approve: Approval = "reject"
    """What the person at the desk decides when the run asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Items, the graders that look at them, and the files that the agent is given."""

    name: str
    items: tuple[Item, ...]
    graders: tuple[Grader, ...]
    workspace: tuple[Path, ...] = ()
    """Files and folders that are read in before the first question."""
    repeats: int = 1
    path: Path


def read_suite(path: Path) -> Suite:
    """Read a suite from YAML, or items from JSON lines. Raises `InputError` that says where."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    if path.suffix in (".jsonl", ".ndjson"):
        body: dict[str, JsonValue] = {"items": _lines(text, path)}
    else:
        body = _yaml(text, path)
    return _suite(body, path)


def _lines(text: str, path: Path) -> list[JsonValue]:
    items: list[JsonValue] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                items.append(json.loads(line))
            except ValueError as error:
                raise InputError(f"Line {number} of {path} is not JSON: {error}.") from None
    return items


def _yaml(text: str, path: Path) -> dict[str, JsonValue]:
    try:
        import yaml
    except ImportError:
        raise ConfigurationError(
            "Suites in YAML need PyYAML. Get it with `pip install 'surefoot[evals]'`."
        ) from None
    try:
        body: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}.") from None
    if isinstance(body, list):
        return {"items": body}
    if not is_arguments(body):
        raise InputError(f"{path} holds no suite. Write `items:` with a list of questions.")
    return body


_KEYS = {"suite", "workspace", "graders", "repeats", "items"}


def _suite(body: dict[str, JsonValue], path: Path) -> Suite:
    if strange := sorted(body.keys() - _KEYS):
        known = ", ".join(sorted(_KEYS))
        raise InputError(f"{path} has the key {strange[0]!r}; a suite has: {known}.")
    items = tuple(
        _item(one, number, path) for number, one in enumerate(_list(body.get("items")), 1)
    )
    if not items:
        raise InputError(f"{path} has no items.")
    names = [item.id for item in items]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"{path} has two items with the id {twice!r}.")
    repeats = body.get("repeats", 1)
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1:
        raise InputError(f"{path}: `repeats` must be a whole number from 1 on.")
    folders = body.get("workspace")
    given = folders if isinstance(folders, list) else [folders] if folders else []
    return Suite(
        name=str(body.get("suite") or path.stem),
        items=items,
        graders=tuple(graders_of(_list(body.get("graders")) or list(DEFAULT_GRADERS))),
        workspace=tuple((path.parent / str(one)).resolve() for one in given),
        repeats=repeats,
        path=path,
    )


def graders_of(given: Sequence[JsonValue]) -> list[Grader]:
    """Make graders from their names or options. Raises `InputError`."""
    graders = [grader_of(one if is_arguments(one) else str(one)) for one in given]
    names = [one.name for one in graders]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"Two graders are called {twice!r}; give one of them another `name`.")
    return graders


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _item(body: JsonValue, number: int, path: Path) -> Item:
    where = f"Item {number} of {path}"
    if not isinstance(body, dict):
        raise InputError(f"{where} is no object with a `question`.")
    if strange := sorted(body.keys() - _OWN - {*FIELDS}):
        known = ", ".join(sorted({*_OWN, *FIELDS}))
        raise InputError(f"{where} has the key {strange[0]!r}; an item has: {known}.")
    question = body.get("question")
    if not isinstance(question, str) or not question.strip():
        raise InputError(f"{where} has no `question`.")
    approve = body.get("approve", "reject")
    if approve not in ("approve", "reject"):
        raise InputError(f"{where}: `approve` must be `approve` or `reject`.")
    expected = {key: json_value(value) for key, value in body.items() if key in FIELDS}
    clusters = body.get("clusters")
    return Item(
        id=str(body.get("id") or digest(question)[:12]),
        question=question,
        reference=read_reference(expected, where),
        hash=digest({"question": question, "expected": expected, "approve": approve}),
        clusters={k: str(v) for k, v in clusters.items()} if isinstance(clusters, dict) else {},
        approve="approve" if approve == "approve" else "reject",
    )
