"""E2B's results in our words. What the code printed and returned is its own word, not ours."""

from __future__ import annotations

import ast
import json
import re

from pydantic import JsonValue

from .e2b_service import Ran, ResultTold
from .jail.plan import SandboxLimits
from .received import Received
from .sandbox import Execution

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST_LITERAL = 100_000


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
    """Return the value as JSON: the service tells containers so, and the rest as Python does."""
    if result.json is not None:
        return json.dumps(result.json)
    text = result.text or ""
    if text in ("True", "False"):
        return text.lower()
    if text[:1] in ("'", '"') and len(text) <= _LONGEST_LITERAL:
        return _text_of(text)
    return text if re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) else None


def _text_of(literal: str) -> str | None:
    try:
        expression = ast.parse(literal, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    is_text = isinstance(expression, ast.Constant) and isinstance(expression.value, str)
    return json.dumps(ast.literal_eval(expression)) if is_text else None
