"""Labels: what people say of runs, such as thumbs and grades by hand, put beside recorded runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from surefoot.errors import InputError

from .trace import Trace

FEEDBACK = "feedback"
"""The label of people's thumbs: the share of them that are up."""
_NAMES_A_RUN = ("run_id", "trace_id", "item")
_THUMBS = {"good": True, "bad": False}

Labels = Mapping[str, Mapping[str, JsonValue]]
"""Labels by the run, trace or item that they are about."""


def read_labels(path: Path) -> Labels:
    """Read JSON lines that say something of runs. Raises `InputError`.

    A line names a `run_id`, `trace_id` or `item`. What `surefoot slack feedback` prints has an
    `opinion`; of any other line, all that is true, false or a number becomes a label.
    """
    found: dict[str, dict[str, JsonValue]] = defaultdict(dict)
    thumbs: dict[str, list[bool]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        body = _line(line, f"{path}, line {number}")
        about = next((str(body[key]) for key in _NAMES_A_RUN if body.get(key)), None)
        if about is None:
            told = " or ".join(_NAMES_A_RUN)
            raise InputError(f"{path}, line {number} does not say which run it is about: {told}.")
        if "opinion" in body:
            thumbs[about].append(_thumb(body["opinion"], f"{path}, line {number}"))
        else:
            found[about] |= {k: v for k, v in body.items() if isinstance(v, bool | int | float)}
    for about, ups in thumbs.items():
        found[about][FEEDBACK] = sum(ups) / len(ups)
    return found


def with_labels(trace: Trace, labels: Labels) -> Trace:
    """Return a trace with what is said of it, by its id or by its item."""
    told = {**labels.get(trace.item, {}), **labels.get(trace.trace_id, {})}
    return replace(trace, labels={**trace.labels, **told}) if told else trace


def _line(text: str, where: str) -> dict[str, JsonValue]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise InputError(f"{where} is no JSON: {error}.") from None
    if not isinstance(body, dict):
        raise InputError(f"{where} is no JSON object.")
    return body


def _thumb(opinion: JsonValue, where: str) -> bool:
    if not isinstance(opinion, str) or opinion not in _THUMBS:
        raise InputError(f"{where} has the opinion {opinion!r}; there are: {', '.join(_THUMBS)}.")
    return _THUMBS[opinion]
