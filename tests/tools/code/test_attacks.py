"""The attacks are real: where nothing stops them, most of them get through."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

Bait = import_module("surefoot.tools.code.bait").Bait
numbers = import_module("surefoot.tools.code.jail.syscall_numbers").numbers
attacks_in = import_module("surefoot.tools.code.verification").attacks_in
BATTERY = Path(str(import_module("surefoot.tools.code").__file__)).parent / "battery"
PROGRAM = """
import importlib, json, os, sys
sys.path.insert(0, sys.argv[1])
module = importlib.import_module("battery." + sys.argv[2])
facts, through = json.loads(sys.argv[3]), 0
for name in json.loads(sys.argv[4]):
    if (child := os.fork()) == 0:
        try:
            getattr(module, name)(facts)
        except BaseException:
            os._exit(1)
        os._exit(0)
    through += os.waitpid(child, 0)[1] == 0
print(through)
"""


@pytest.mark.parametrize(("module", "least"), [("network", 10), ("files", 15), ("processes", 30)])
def test_without_a_sandbox_the_attacks_get_through(tmp_path: Path, module: str, least: int) -> None:
    with Bait() as bait:
        facts = {
            **bait.facts(),
            "tier": "namespaces",
            "machine": platform.machine(),
            "calls": numbers(),
            "environment": [],
            "library": os.__file__,
        }
        arguments = (str(BATTERY.parent), module, json.dumps(facts), json.dumps(attacks_in(module)))
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", PROGRAM, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        harmed = [what for what, unharmed in bait.harm() if not unharmed]
    assert int(done.stdout.split()[-1]) >= least
    assert harmed != []


def test_every_call_an_attack_makes_exists_on_this_machine_or_the_other() -> None:
    """An attack by a call that has no number would be stopped by nothing but its own mistake."""
    known = {*numbers("x86_64"), *numbers("aarch64")}
    made = {
        name
        for path in BATTERY.glob("*.py")
        for name in re.findall(
            r'(?:call|reach)\(\s*facts,\s*[\'"](\w+)[\'"]', path.read_text("utf-8")
        )
    }
    assert len(made) >= 60
    assert made - known == set()
