"""A session's folder is measured and removed, whatever the session made of it."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from surefoot.tools import SandboxLimits

Workspace = import_module("surefoot.tools.code.workspace").Workspace


def dig(path: str, depth: int) -> None:
    """Make a folder in a folder in a folder, deeper than any path can name."""
    folder = os.open(path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deeper", dir_fd=folder)
        inner = os.open("deeper", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)


def test_a_tree_deeper_than_any_path_is_removed(tmp_path: Path) -> None:
    workspace = Workspace.create(str(tmp_path), uid=None)
    dig(workspace.path, 1500)
    workspace.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_tree_too_deep_to_be_measured_is_too_much(tmp_path: Path) -> None:
    workspace = Workspace.create(str(tmp_path), uid=None)
    dig(workspace.path, 1500)
    assert workspace.is_over(SandboxLimits())
    workspace.remove()


def test_links_are_removed_and_what_they_lead_to_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    workspace = Workspace.create(str(tmp_path), uid=None)
    os.symlink(outside, os.path.join(workspace.path, "link"))
    workspace.remove()
    assert (outside / "kept").exists()


def test_locked_folders_are_removed(tmp_path: Path) -> None:
    workspace = Workspace.create(str(tmp_path), uid=None)
    folder = Path(workspace.path, "locked")
    folder.mkdir()
    (folder / "file").write_text("x")
    folder.chmod(0)
    workspace.remove()
    assert list(tmp_path.iterdir()) == []


def test_size_and_number_of_files_count(tmp_path: Path) -> None:
    workspace = Workspace.create(str(tmp_path), uid=None)
    Path(workspace.path, "big").write_bytes(bytes(2 << 20))
    assert workspace.is_over(SandboxLimits(disk_mb=1))
    assert workspace.is_over(SandboxLimits(files=0))
    assert not workspace.is_over(SandboxLimits())
