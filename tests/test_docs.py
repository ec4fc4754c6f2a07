"""The documentation says what the code does, where a test can tell."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import surefoot
from surefoot.events import EventBase, KnownEvent
from surefoot.evidence import EvidenceKind
from surefoot.limits import Limits, ReleasePolicy, ThreadPolicy
from surefoot.settings import Settings
from surefoot.verdicts import Outcome, Stage

from .nursery import begin

DOCS = Path(__file__).parent.parent / "docs"
COPIES = DOCS.parent / "examples" / "workspace" / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
NO_WARNING = "import warnings; warnings.simplefilter('error')"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    folder = DOCS.parent if name == "README.md" else DOCS
    return (folder / name).read_text(encoding="utf-8")


def examples(name: str) -> list[str]:
    """Return the Python blocks of a page."""
    return BLOCK.findall(page(name))


def rows(text: str) -> dict[str, tuple[str, ...]]:
    """Return the table rows of a page by the name in their first cell."""
    lines = re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.MULTILINE)
    return {name: tuple(cell.strip() for cell in rest.split(" | ")) for name, rest in lines}


def shown(default: object) -> str:
    """Return a default as the page writes it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, float):
        return f"{default:g}"
    return f"`{default}`" if isinstance(default, str | Path) and str(default) else str(default)


def defaults(model: type[BaseModel]) -> dict[str, str]:
    return {
        name: "see below" if info.default is PydanticUndefined else shown(info.default) or "empty"
        for name, info in model.model_fields.items()
    }


def test_every_setting_and_limit_is_explained_with_its_default() -> None:
    explained = {name: cells[0] for name, cells in rows(page("settings.md")).items()}
    assert explained == defaults(Settings) | defaults(Limits)


def test_every_event_is_explained() -> None:
    events: tuple[type[EventBase], ...] = get_args(get_args(KnownEvent)[0])
    assert list(rows(page("events.md"))) == [event.model_fields["type"].default for event in events]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("evidence.md", (*get_args(EvidenceKind), *get_args(Outcome), *get_args(ReleasePolicy))),
        ("settings.md", (*get_args(ReleasePolicy), *get_args(ThreadPolicy))),
    ],
)
def test_every_word_of_the_vocabulary_is_explained(name: str, words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in page(name)] == []


def test_every_stage_of_checking_is_explained() -> None:
    section = page("evidence.md").split("## What is checked")[1].split("\n## ")[0]
    assert [stage for stage in get_args(Stage) if stage not in section] == []


def test_every_exit_code_is_explained() -> None:
    assert re.findall(r"^- Exit code (\d+) means", page("cli.md"), re.MULTILINE) == [
        "0",
        "1",
        "2",
        "3",
        "130",
    ]


@pytest.mark.parametrize("name", PAGES)
def test_examples_are_python_and_use_public_names(name: str) -> None:
    for code in examples(name):
        tree = ast.parse(code, name)
        taken = [
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "surefoot"
            for alias in node.names
        ]
        assert set(taken) <= set(surefoot.__all__)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_named_exists(name: str) -> None:
    named = re.findall(r"`([\w-]+\.md)`", page(name))
    assert [other for other in named if other not in PAGES] == []


def test_the_example_workspace_holds_the_pages_as_they_are() -> None:
    """As copies, since an ingest does not follow links that lead out of its folder."""
    held = {path.name: path.read_text(encoding="utf-8") for path in COPIES.iterdir()}
    pages = {name: page(name) for name in PAGES if name != "architecture.md"}
    assert held == pages, "A page in docs/ changed; run `make pages`."


@pytest.mark.parametrize("name", [name for name in [*PAGES, "README.md"] if examples(name)])
def test_the_examples_of_a_page_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in an empty folder, as a reader would run them."""
    program, told = tmp_path / "page.py", tmp_path / "told"
    program.write_text("\n\n".join([NO_WARNING, *examples(name)]), encoding="utf-8")
    monkeypatch.setenv("SUREFOOT_MODEL", "embedded")
    monkeypatch.chdir(tmp_path)
    with told.open("w", encoding="utf-8") as errors:
        page = begin(program, errors=errors)
    page.rest()
    assert (page.returncode, told.read_text(encoding="utf-8")) == (0, "")
