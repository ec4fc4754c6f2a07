"""Syntax: whether a program is Python at all, told without running it."""

from __future__ import annotations

import ast
import keyword
import warnings
from collections.abc import Iterable

from surefoot.errors import ToolError

MOST_CHARACTERS = 200_000


def check_syntax(code: str) -> None:
    """Raise `ToolError` with the line and the offending text if `code` does not parse."""
    if not code.strip():
        raise ToolError("The program is empty. Write Python.", code="syntax_error")
    if len(code) > MOST_CHARACTERS:
        raise ToolError(
            f"The program has {len(code):,} characters; {MOST_CHARACTERS:,} is the most. "
            "Hand data over in `inputs`.",
            code="syntax_error",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        raise _syntax_error(error) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ToolError(f"Python cannot parse the program: {error}.", code="syntax_error") from None


def check_inputs(names: Iterable[str]) -> None:
    """Raise `ToolError` if one of the names cannot be a variable."""
    wrong = [name for name in names if not name.isidentifier() or keyword.iskeyword(name)]
    if wrong:
        raise ToolError(
            f"{wrong[0]!r} cannot be the name of a variable. Use letters, digits and `_`.",
            code="invalid_arguments",
        )


def _syntax_error(error: SyntaxError) -> ToolError:
    text = (error.text or "").strip()
    shown = f": {text[:200]!r}" if text else ""
    return ToolError(
        f"Line {error.lineno or 1} is not valid Python{shown}: {error.msg}. Mend it.",
        code="syntax_error",
    )
