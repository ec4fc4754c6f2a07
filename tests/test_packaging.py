"""The folders of this repository install as `surefoot`, whole, light, and under no other name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOMES = ("agent", "tools", "graphs", "memory", "server", "evals")
HEAVY = {"anthropic", "chromadb", "duckdb", "langchain_core", "langgraph", "onnxruntime", "openai"}

# In pieces, so that this file does not name what it looks for.
REGISTRY = re.compile(
    r"files\.python" + r"hosted|py" + r"pi\.(?:org|python)|registry\.(?:np" + r"mjs|yarn" + r"pkg)"
    r"|proxy\.go" + r"lang|crates" + r"\.io"
)


def setuptools_table() -> dict[str, dict[str, list[str]]]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    table: dict[str, dict[str, list[str]]] = pyproject["tool"]["setuptools"]
    return table


def packages() -> dict[str, Path]:
    """Return every package there is by its import name, from the folders themselves."""
    inside = [init.parent for home in HOMES for init in (ROOT / home).rglob("__init__.py")]
    return {
        ".".join(("surefoot", *folder.relative_to(ROOT).parts)): folder for folder in sorted(inside)
    } | {"surefoot": ROOT / "surefoot"}


def tracked() -> list[Path]:
    """Return the files git keeps, or skip the test where there is no checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("this is not a git checkout")
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules a file imports by absolute name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case _:
                pass


def test_the_wheel_ships_every_package() -> None:
    assert set(setuptools_table()["packages"]) == set(packages())


def test_the_wheel_ships_every_data_file() -> None:
    """Only a folder's own data is looked at: what lies under another package is that one's."""
    globs = setuptools_table()["package-data"]
    shipped = {
        path
        for name, folder in packages().items()
        for pattern in globs.get(name, [])
        for path in folder.glob(pattern)
    }
    left_out = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.relative_to(ROOT).parts[0] in (*HOMES, "surefoot")
        and path.suffix not in (".py", ".pyi")
        and path.name != ".keep"
        and path not in shipped
    ]
    assert left_out == []


def test_every_room_has_a_door_for_type_checkers() -> None:
    doors = {
        path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "surefoot").glob("*.pyi")
    }
    assert set(doors) == set(HOMES)
    assert all(f"from {home} import *" in text for home, text in doors.items())


def test_no_module_is_imported_by_its_folder_name() -> None:
    bare = [
        f"{path.relative_to(ROOT)}: {name}"
        for home in (*HOMES, "tests", "surefoot")
        for path in (ROOT / home).rglob("*.py")
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in HOMES
    ]
    assert bare == []


def test_no_module_is_loaded_under_two_names() -> None:
    assert not set(HOMES) & {name.split(".")[0] for name in sys.modules}


def test_importing_the_vocabulary_loads_nothing_heavy() -> None:
    modules = [f"surefoot.{path.stem}" for path in (ROOT / "surefoot").glob("[a-z]*.py")]
    code = f"import sys, surefoot, {', '.join(modules)}; print(*sys.modules)"
    # `-P`, so that what is installed answers and not the folder `surefoot/`.
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert HEAVY & {name.split(".")[0] for name in done.stdout.split()} == set()


def test_the_repository_names_no_registry_and_no_place_on_this_machine() -> None:
    places = re.compile("|".join(re.escape(f"{place}/") for place in (ROOT, Path.home())))
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.name != "LICENSE" and path != Path(__file__)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if REGISTRY.search(line) or places.search(line)
    ]
    assert named == []


def text_of(path: Path) -> str:
    """Return a file's text; what is not text reads as the text in it."""
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_the_lock_pins_every_requirement_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    entries = re.split(r"^(?=\S)", re.sub(r"^\s*#.*$", "", lock, flags=re.M), flags=re.M)
    loose = [e.split()[0] for e in entries if e.strip() and "--hash=sha256:" not in e]
    assert loose == []
    locked = {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.M)}
    assert wanted() <= locked


def wanted() -> set[str]:
    """Return the names of everything pyproject.toml asks for, as the lock spells them."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    lists = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *pyproject["dependency-groups"].values(),
    ]
    names = (re.match(r"[\w.-]+", line) for lines in lists for line in lines)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}
