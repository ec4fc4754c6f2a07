"""`run_code`: the tool by which a model computes."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import CodeSource, Finding

from ..decorator import tool
from ..tool import Arguments, CallContext, Tool, ToolOutput
from .sandbox import Execution, ProgramError, Sandbox
from .syntax import check_inputs, check_syntax

_TRACEBACK_LINES = 12
_MARGIN_SECONDS = 15.0
"""Time for a session to start, and for a program to notice that it is interrupted."""


def code_runner(sandbox: Sandbox, *, timeout_seconds: float = 20.0) -> Tool:
    """Let the assistant run Python in `sandbox`, in one session per thread."""

    @tool(side_effects=False, timeout_seconds=timeout_seconds + _MARGIN_SECONDS)
    async def run_code(
        code: str,
        inputs: dict[str, JsonValue] = {},  # noqa: B006
        *,
        context: CallContext,
    ) -> ToolOutput:
        """Run Python and get what it prints and the value of its last expression.

        Variables, functions and imports stay for the next call in this conversation. There is no
        network, and no file of this machine can be read.

        Args:
            code: The program. End it with the expression whose value is wanted, or print it.
            inputs: Variables set before it runs, by name; results of earlier steps go here.
        """
        check_inputs(inputs)
        execution = await sandbox.run(
            code, session=_session(context), inputs=inputs, timeout_seconds=timeout_seconds
        )
        if execution.error is not None:
            raise _failure(execution.error, execution)
        return _output(code, execution)

    return replace(run_code, inspect=_inspect)


async def _inspect(args: Arguments, context: CallContext) -> None:
    """Say before it runs whether the program is Python at all."""
    check_syntax(str(args["code"]))
    inputs = args.get("inputs")
    check_inputs(inputs if isinstance(inputs, dict) else {})


def _session(context: CallContext) -> str:
    return json.dumps([context.scope.tenant, context.scope.thread_id])


def _output(code: str, execution: Execution) -> ToolOutput:
    result = execution.result if execution.is_json else execution.shown
    finding = Finding(
        source=CodeSource(code=code, stdout=execution.stdout),
        content=_content(execution),
        data=result,
    )
    return ToolOutput(
        value={"stdout": execution.stdout, "result": result},
        findings=(finding, *_figures(code, execution)),
    )


def _figures(code: str, execution: Execution) -> list[Finding]:
    """Return each figure as evidence of its own, which a page can draw."""
    return [
        Finding(
            source=CodeSource(code=code),
            content=f"Figure {number} of {len(execution.images)}, drawn by the program.",
            data={
                "media_type": "image/png",
                "base64": b64encode(image).decode(),
                "title": f"Figure {number}",
            },
        )
        for number, image in enumerate(execution.images, 1)
    ]


def _content(execution: Execution) -> str:
    """Return what a reader wants to see: what was printed, then the value, then remarks."""
    parts = [execution.stdout.rstrip("\n"), execution.shown or ""]
    if execution.stderr.strip():
        parts.append(f"Standard error:\n{execution.stderr.rstrip()}")
    parts += _remarks(execution)
    return "\n".join(part for part in parts if part) or "It printed nothing and has no value."


def _remarks(execution: Execution) -> list[str]:
    remarks: list[str] = []
    if count := len(execution.images):
        remarks.append(f"({count} figure{'s' if count > 1 else ''} drawn.)")
    if execution.truncated:
        remarks.append(f"(Cut at a limit: {', '.join(execution.truncated)}.)")
    if execution.restarted:
        remarks.append("(The session was started anew: variables of earlier calls are gone.)")
    return remarks


def _failure(error: ProgramError, execution: Execution) -> ToolError:
    match error.name:
        case "Timeout":
            code, hint = "timeout", "Do less in one call, or find a faster way."
        case "SessionDied":
            code, hint = "program_failed", "Use less memory, and do not end the interpreter."
        case _:
            code, hint = "program_failed", "Mend the program and run it again."
    lines = error.traceback.splitlines()[-_TRACEBACK_LINES:]
    head = f"{error.name}: {error.message}" if error.message else error.name
    parts = [*(lines if lines and code == "program_failed" else [head]), hint]
    if execution.restarted:
        parts.append("The session had been started anew: variables of earlier calls are gone.")
    return ToolError("\n".join(parts), code=code)
