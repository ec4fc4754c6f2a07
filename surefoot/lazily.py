"""Lazily: public names of a package whose modules load when a name is first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazily(
    package: str, homes: Mapping[str, str], modules: Mapping[str, str] | None = None
) -> Callable[[str], object]:
    """Return the `__getattr__` (PEP 562) of a package whose names live in the modules of `homes`.

    Names in `modules` are whole modules. A package hides its `__getattr__` from type checkers,
    which read its `TYPE_CHECKING` imports instead and so find misspelt names.
    """

    def load(name: str) -> object:
        value: object
        if (home := homes.get(name)) is not None:
            value = getattr(import_module(f"{package}.{home}"), name)
        elif modules and name in modules:
            value = import_module(f"{package}.{modules[name]}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, value)
        return value

    return load
