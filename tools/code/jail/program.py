"""Programs: pieces of Python run one after the other, each seeing what those before it left."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import os
import sys
import traceback
from collections.abc import Mapping
from types import CodeType, ModuleType

_OURS = os.path.dirname(__file__)
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_TRACEBACK_CHARACTERS = 4000
_MESSAGE_CHARACTERS = 2000


class Programs:
    """One session's variables, and the programs run on them."""

    def __init__(self) -> None:
        self._module = ModuleType("__main__")
        self._count = 0
        sys.modules["__main__"] = self._module

    def run(self, source: str, inputs: Mapping[str, object]) -> object:
        """Run `source` with `inputs` as variables; returns the value of its last expression."""
        self._count += 1
        name = f"<program {self._count}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        self._module.__dict__.update(inputs)
        tree = ast.parse(source, name)
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            self._execute(compile(tree, name, "exec", _FLAGS))
            return None
        del tree.body[-1]
        self._execute(compile(tree, name, "exec", _FLAGS))
        return self._execute(compile(ast.Expression(last.value), name, "eval", _FLAGS))

    def _execute(self, code: CodeType) -> object:
        result: object = eval(code, self._module.__dict__)
        if code.co_flags & inspect.CO_COROUTINE and inspect.iscoroutine(result):
            return asyncio.run(result)
        return result


def described(error: BaseException) -> dict[str, str]:
    """Return an error as the host is told about it, without the frames that are ours."""
    message = _safe_text(error)[:_MESSAGE_CHARACTERS]
    shown = traceback.TracebackException.from_exception(error, limit=-30)
    for part in _chain(shown):
        part.stack[:] = [frame for frame in part.stack if not frame.filename.startswith(_OURS)]
    text = "".join(shown.format()).strip()
    return {
        "name": type(error).__name__,
        "message": message,
        "traceback": text[-_TRACEBACK_CHARACTERS:],
    }


def _safe_text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(an error that cannot say what it is)"


def _chain(shown: traceback.TracebackException) -> list[traceback.TracebackException]:
    """Return an error with those that led to it."""
    chain: list[traceback.TracebackException] = []
    waiting = [shown]
    while waiting and len(chain) < 8:
        part = waiting.pop()
        chain.append(part)
        waiting += [link for link in (part.__cause__, part.__context__) if link is not None]
    return chain
