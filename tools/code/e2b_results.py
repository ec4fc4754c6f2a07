"""E2B's results in our words. What the code printed and returned is its own word, not ours."""

from __future__ import annotations

import json
import re

from pydantic import JsonValue

from .e2b_service import Ran, ResultTold
from .jail.plan import SandboxLimits
from .received import Received
from .sandbox import Execution

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_KEY = "surefoot_value"
TELL_VALUES = f"""
def tell(value):
    return {{"{_KEY}": value}} if value == value and abs(value) != float("inf") else None
formatter = get_ipython().display_formatter.formatters["application/json"]
for kind in (bool, int, float):
    formatter.for_type(kind, tell)
formatter.for_type(str, lambda value: {{"{_KEY}": value}})
del tell, formatter, kind
"""
"""Makes an interpreter tell plain values as JSON, as the service itself tells lists and dicts.

Without it the service shows `'42'` and `42` alike.
"""


def execution_of(ran: Ran, limits: SandboxLimits) -> Execution:
    """Return what came of a program, bounded and cleaned as the local sandbox's is."""
    received = Received("", limits)
    for stream, pieces in (("stdout", ran.logs.stdout), ("stderr", ran.logs.stderr)):
        received.add({"id": "", "type": stream, "text": "".join(pieces)})
    main = next((result for result in ran.results if result.is_main_result), None)
    images: list[JsonValue] = [result.png for result in ran.results if result.png is not None]
    done: dict[str, JsonValue] = {"id": "", "type": "done", "images": images}
    if main is not None and main.png is None:
        done |= {"shown": main.text, "result": _as_json(main)}
    if ran.error is not None:
        done["error"] = {
            "name": ran.error.name,
            "message": ran.error.value,
            "traceback": _COLOURS.sub("", ran.error.traceback),
        }
    received.add(done)
    return received.execution()


def _as_json(result: ResultTold) -> str | None:
    """Return the value as JSON, or None for one that is only shown."""
    if result.json is None:
        return None
    told = result.json
    return json.dumps(told[_KEY] if isinstance(told, dict) and told.keys() == {_KEY} else told)
