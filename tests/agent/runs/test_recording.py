"""Entries of a recording: what is written is what is read."""

from __future__ import annotations

import math

import pytest
from pydantic import JsonValue

from surefoot.agent.runs.recording import Entry  # type: ignore[import-not-found]


@pytest.mark.parametrize(
    "back", ["Größe “7” \\ \n", "half \ud800 a pair", {"n": [1.5e300, math.inf, None, True]}]
)
def test_an_entry_reads_back_as_it_was_written(back: JsonValue) -> None:
    entry = Entry(boundary="model", name="m", given={"text": "x"}, back=back)
    assert Entry.read(entry.written()) == entry
