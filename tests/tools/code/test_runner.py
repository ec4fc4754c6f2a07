"""`run_code` gives a model what its program printed, its value, or how to repair it."""

from __future__ import annotations

from base64 import b64decode

import pytest

from surefoot import ToolError
from surefoot.evidence import CodeSource
from surefoot.scope import Scope
from surefoot.tools import CallContext, LocalSandbox, Tool, ToolOutput, code_runner

pytestmark = pytest.mark.anyio


def context(thread: str = "t", tenant: str = "default") -> CallContext:
    return CallContext(scope=Scope(thread_id=thread, tenant=tenant), run_id="r", call_id="c")


@pytest.fixture
def run_code(sandbox: LocalSandbox) -> Tool:
    return code_runner(sandbox, timeout_seconds=5)


async def call(tool: Tool, code: str, *, thread: str = "t", **inputs: int) -> ToolOutput:
    args = tool.validate({"code": code, "inputs": {**inputs}})
    assert tool.inspect is not None
    await tool.inspect(args, context(thread))
    return await tool.run(args, context(thread))


async def test_output_and_value_become_one_piece_of_evidence(run_code: Tool) -> None:
    output = await call(run_code, "print('half of it:')\nn / 2", n=42)
    assert output.value == {"stdout": "half of it:\n", "result": 21.0}
    (finding,) = output.findings
    assert isinstance(finding.source, CodeSource)
    assert finding.source.stdout == "half of it:\n"
    assert finding.content == "half of it:\n21.0"
    assert finding.trust == "untrusted"


async def test_each_thread_has_its_own_variables(run_code: Tool) -> None:
    await call(run_code, "mine = 1", thread="first")
    assert (await call(run_code, "mine", thread="first")).value == {"stdout": "", "result": 1}
    with pytest.raises(ToolError) as caught:
        await call(run_code, "mine", thread="second")
    assert caught.value.code == "program_failed"


async def test_an_error_ends_with_the_last_lines_of_its_traceback(run_code: Tool) -> None:
    with pytest.raises(ToolError) as caught:
        await call(run_code, "values = []\nsum(values) / len(values)")
    assert caught.value.code == "program_failed"
    assert "sum(values) / len(values)" in str(caught.value)
    assert "ZeroDivisionError: division by zero" in str(caught.value)


async def test_a_program_out_of_time_says_so(sandbox: LocalSandbox) -> None:
    with pytest.raises(ToolError) as caught:
        await call(code_runner(sandbox, timeout_seconds=0.2), "while True: pass")
    assert caught.value.code == "timeout"


async def test_what_is_not_python_is_told_with_its_line(run_code: Tool) -> None:
    with pytest.raises(ToolError) as caught:
        await call(run_code, "x = 1\nSELECT * FROM t")
    assert caught.value.code == "syntax_error"
    assert "Line 2" in str(caught.value)
    assert "SELECT * FROM t" in str(caught.value)


@pytest.mark.parametrize("code", ["", "  \n", "\0", "(" * 5000, "-" * 150_000 + "1", "1" * 10_000])
async def test_no_program_harms_the_parser(run_code: Tool, code: str) -> None:
    with pytest.raises(ToolError) as caught:
        await call(run_code, code)
    assert caught.value.code == "syntax_error"


@pytest.mark.parametrize("name", ["", "2x", "a-b", "class"])
async def test_an_input_that_cannot_be_a_variable_is_refused(run_code: Tool, name: str) -> None:
    args = run_code.validate({"code": "1", "inputs": {name: 1}})
    with pytest.raises(ToolError) as caught:
        await run_code.run(args, context())
    assert caught.value.code == "invalid_arguments"


async def test_a_model_is_told_what_it_needs(run_code: Tool) -> None:
    assert run_code.name == "run_code"
    assert not run_code.side_effects
    assert run_code.parameters["required"] == ["code"]
    assert run_code.spec().description.startswith("Run Python")


async def test_every_figure_is_evidence_that_a_page_can_draw(run_code: Tool) -> None:
    pytest.importorskip("matplotlib")
    code = "import matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.figure()\n    plt.plot([n])"
    output = await call(run_code, code)
    _, *figures = output.findings
    assert [one.content for one in figures] == [
        "Figure 1 of 2, drawn by the program.",
        "Figure 2 of 2, drawn by the program.",
    ]
    for one in figures:
        assert isinstance(one.data, dict)
        assert one.data["media_type"] == "image/png"
        assert b64decode(str(one.data["base64"])).startswith(b"\x89PNG")
