"""The container's files, which no build here tries: they parse, and name what is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
STEPS = re.compile(r"^([A-Z]+)\s+(.+)$", re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """Return the steps of the Dockerfile."""
    return STEPS.findall((ROOT / "Dockerfile").read_text(encoding="utf-8"))


def test_the_image_copies_what_is_there_and_every_package() -> None:
    copied = [part for what, rest in steps() if what == "COPY" for part in shlex.split(rest)[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert rooms <= set(copied)


def test_the_image_installs_what_is_locked_and_runs_as_nobody_special() -> None:
    all_steps = steps()
    names = [what for what, _ in all_steps]
    assert names[0] == "FROM" and ":" in all_steps[0][1] and not all_steps[0][1].endswith("latest")
    assert any("--require-hashes" in rest for what, rest in all_steps if what == "RUN")
    users = [rest for what, rest in all_steps if what == "USER"]
    assert users and users[-1] not in ("root", "0")
    assert names.index("USER") < names.index("CMD") and "HEALTHCHECK" in names


def test_the_service_has_time_to_drain_keeps_its_data_and_may_write_nothing_else() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    [service] = compose["services"].values()
    assert int(service["stop_grace_period"].removesuffix("s")) > 20
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    [volume] = service["volumes"]
    name, place = volume.split(":")
    assert name in compose["volumes"] and ("VOLUME", place) in steps()
    assert service["read_only"] is True and service["security_opt"] == ["no-new-privileges:true"]
