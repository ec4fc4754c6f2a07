"""The page on models lists every setting of the layer with its default."""

from __future__ import annotations

import re
from pathlib import Path

from surefoot.agent import ProviderFault
from surefoot.settings import ModelSettings

PAGE = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")


def shown(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    if default is None or default == ():
        return "none" if default is None else "empty"
    if isinstance(default, float):
        return f"{default:g}"
    return f"`{default}`" if isinstance(default, str) else str(default)


def test_every_setting_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([^`]+)` \| ([^|]*) \|", PAGE, re.MULTILINE))
    fields = ModelSettings.model_fields
    assert rows == {name: shown(info.default) for name, info in fields.items()}


def faults(kind: type[ProviderFault] = ProviderFault) -> list[str]:
    return [name for one in kind.__subclasses__() for name in (one.__name__, *faults(one))]


def test_every_fault_is_named() -> None:
    assert [name for name in faults() if f"`{name}`" not in PAGE] == []
