"""The local sandbox runs real Python, keeps its variables, and survives what it is given."""

from __future__ import annotations

import asyncio

import pytest

from surefoot.tools import LocalSandbox, SandboxLimits, SandboxUnavailable

pytestmark = pytest.mark.anyio


async def test_a_program_prints_and_has_a_value(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("print('hello')\n21 * 2", session="value")
    assert (done.stdout, done.result, done.is_json, done.shown) == ("hello\n", 42, True, "42")
    assert done.error is None
    assert done.truncated == ()


async def test_variables_stay_for_the_next_program(sandbox: LocalSandbox) -> None:
    await sandbox.run("import math\nx = math.pi", session="state")
    assert (await sandbox.run("round(x, 2)", session="state")).result == 3.14


async def test_sessions_do_not_see_each_other(sandbox: LocalSandbox) -> None:
    await sandbox.run("secret = 1; open('kept.txt', 'w').write('a')", session="one")
    done = await sandbox.run("import os; ('secret' in globals(), os.listdir())", session="two")
    assert done.result == [False, []]


async def test_inputs_are_variables(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("sum(r['n'] for r in rows)", session="in", inputs={"rows": [{"n": 3}]})
    assert done.result == 3


async def test_a_value_that_is_not_json_is_shown_as_python_shows_it(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("{1, 2}", session="text")
    assert (done.is_json, done.result, done.shown) == (False, None, "{1, 2}")


async def test_not_a_number_is_not_json(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("float('nan')", session="text")
    assert (done.is_json, done.shown) == (False, "nan")


async def test_an_error_tells_the_programs_own_lines_only(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("def f():\n    return 1 / 0\nf()", session="error")
    assert done.error is not None
    assert (done.error.name, done.error.message) == ("ZeroDivisionError", "division by zero")
    assert "return 1 / 0" in done.error.traceback
    assert "jail" not in done.error.traceback


async def test_what_was_printed_before_an_error_is_kept(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("print('so far')\nraise ValueError('no')", session="error")
    assert done.stdout == "so far\n"


async def test_leaving_with_success_is_no_error(sandbox: LocalSandbox) -> None:
    assert (await sandbox.run("exit()", session="exit")).error is None
    failed = await sandbox.run("import sys; sys.exit('wrong')", session="exit")
    assert failed.error is not None
    assert failed.error.message == "wrong"


async def test_a_program_may_await(sandbox: LocalSandbox) -> None:
    code = "import asyncio\nawait asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))"
    assert (await sandbox.run(code, session="await")).result == [0, 1, 2]


async def test_a_dataclass_can_be_declared(sandbox: LocalSandbox) -> None:
    code = "from dataclasses import *\n@dataclass\nclass P:\n    x: int\nasdict(P(1))"
    assert (await sandbox.run(code, session="class")).result == {"x": 1}


async def test_standard_error_is_told_apart(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("import sys; print('w', file=sys.stderr)", session="stderr")
    assert (done.stdout, done.stderr) == ("", "w\n")


async def test_a_logging_handler_still_prints_in_the_next_program(sandbox: LocalSandbox) -> None:
    await sandbox.run("import logging; logging.basicConfig()", session="log")
    done = await sandbox.run("logging.warning('careful')", session="log")
    assert "careful" in done.stderr


async def test_a_program_that_closes_its_output_harms_only_itself(sandbox: LocalSandbox) -> None:
    await sandbox.run("import sys; sys.stdout.close()", session="closed")
    assert (await sandbox.run("print('again')", session="closed")).stdout == "again\n"


async def test_a_flood_of_output_is_cut(sandbox: LocalSandbox) -> None:
    done = await sandbox.run("for _ in range(5000): print('x' * 1000)\n'end'", session="flood")
    assert (len(done.stdout), done.truncated, done.result) == (1 << 20, ("stdout",), "end")


async def test_a_program_out_of_time_is_stopped_and_its_variables_stay(
    sandbox: LocalSandbox,
) -> None:
    await sandbox.run("kept = 7", session="slow")
    done = await sandbox.run("while True: kept", session="slow", timeout_seconds=0.2)
    assert done.error is not None
    assert done.error.name == "Timeout"
    again = await sandbox.run("kept", session="slow")
    assert (again.result, again.restarted) == (7, False)


async def test_a_program_that_will_not_stop_is_killed(sandbox: LocalSandbox) -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    done = await sandbox.run(code, session="stubborn", timeout_seconds=0.2)
    assert done.error is not None
    assert done.error.name == "Timeout"
    assert (await sandbox.run("1", session="stubborn")).restarted


@pytest.mark.parametrize(
    "code",
    [
        "import ctypes; ctypes.string_at(0)",
        "import os; os.abort()",
        "import os; os._exit(0)",
        "import os; os.closerange(0, 100)\nprint('x' * 100000)",
    ],
)
async def test_a_crash_is_the_programs_result_and_the_session_starts_anew(
    sandbox: LocalSandbox, code: str
) -> None:
    done = await sandbox.run(code, session="crash")
    assert done.error is not None
    assert done.error.name == "SessionDied"
    again = await sandbox.run("1 + 1", session="crash")
    assert (again.result, again.restarted) == (2, True)


async def test_a_cancelled_program_is_gone(sandbox: LocalSandbox) -> None:
    task = asyncio.create_task(sandbox.run("while True: pass", session="cancelled"))
    async with asyncio.timeout(60):
        while not task.done():
            await asyncio.sleep(0)
            task.cancel()
    assert task.cancelled()
    assert (await sandbox.run("1", session="cancelled")).result == 1


async def test_reset_forgets_the_variables(sandbox: LocalSandbox) -> None:
    await sandbox.run("x = 1", session="reset")
    await sandbox.reset("reset")
    done = await sandbox.run("'x' in globals()", session="reset")
    assert (done.result, done.restarted) == (False, False)


async def test_programs_of_different_sessions_run_side_by_side(sandbox: LocalSandbox) -> None:
    runs = (sandbox.run(f"{n} * {n}", session=f"side-{n}") for n in range(8))
    assert [done.result for done in await asyncio.gather(*runs)] == [n * n for n in range(8)]


async def test_programs_of_one_session_run_one_after_the_other(sandbox: LocalSandbox) -> None:
    await sandbox.run("n = 0", session="turns")
    done = await asyncio.gather(*(sandbox.run("n = n + 1\nn", session="turns") for _ in range(5)))
    assert [execution.result for execution in done] == [1, 2, 3, 4, 5]


async def test_numpy_can_be_used(sandbox: LocalSandbox) -> None:
    code = "import numpy as np\nnp.array([[1.0, 2.0]]) @ np.array([[3.0], [4.0]])"
    assert (await sandbox.run(code, session="numpy")).result == [[11.0]]


async def test_the_session_unused_for_the_longest_time_makes_room() -> None:
    async with LocalSandbox(sessions=2) as sandbox:
        for name in ("a", "b", "a", "c"):
            await sandbox.run("x = 1", session=name)
        assert (await sandbox.run("x", session="a")).result == 1
        again = await sandbox.run("'x' in globals()", session="b")
        assert (again.result, again.restarted) == (False, True)


async def test_more_sessions_than_there_are_places_take_turns() -> None:
    async with LocalSandbox(sessions=2) as sandbox:
        for _ in range(2):
            runs = (sandbox.run(f"x = {n}\nx", session=f"many-{n}") for n in range(6))
            assert [done.result for done in await asyncio.gather(*runs)] == list(range(6))


async def test_memory_is_bounded() -> None:
    async with LocalSandbox(limits=SandboxLimits(memory_mb=300)) as sandbox:
        done = await sandbox.run("len(bytearray(400 << 20))", session="m")
        assert done.error is not None
        assert done.error.name == "MemoryError"


async def test_where_nothing_can_be_enforced_nothing_runs() -> None:
    sandbox = LocalSandbox(tiers=[])
    with pytest.raises(SandboxUnavailable):
        await sandbox.run("1", session="s")
    await sandbox.close()


async def test_a_data_frame_has_the_shape_of_a_querys_rows(sandbox: LocalSandbox) -> None:
    pytest.importorskip("pandas")
    code = "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]}).set_index('a')"
    done = await sandbox.run(code, session="pandas")
    assert done.result == {"columns": ["a", "b"], "rows": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]}


async def test_what_groups_are_called_is_kept(sandbox: LocalSandbox) -> None:
    pytest.importorskip("pandas")
    code = "import pandas as pd\npd.Series({'x': 1.5, 'y': float('nan')})"
    assert (await sandbox.run(code, session="pandas")).result == {"x": 1.5, "y": None}


async def test_a_figure_comes_back_as_an_image(sandbox: LocalSandbox) -> None:
    pytest.importorskip("matplotlib")
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()"
    done = await sandbox.run(code, session="figure")
    assert [image[:4] for image in done.images] == [b"\x89PNG"]
    assert (await sandbox.run("1", session="figure")).images == ()


async def test_duckdb_can_be_used(sandbox: LocalSandbox) -> None:
    code = "import duckdb\nduckdb.sql('SELECT 42').fetchall()"
    assert (await sandbox.run(code, session="duckdb")).result == [[42]]


async def test_a_file_can_be_copied_with_its_times(sandbox: LocalSandbox) -> None:
    code = "import shutil\nopen('a', 'w').write('x')\nshutil.copy2('a', 'b')\nopen('b').read()"
    assert (await sandbox.run(code, session="copy")).result == "x"


async def test_sessions_draw_different_random_numbers() -> None:
    async with LocalSandbox(preload=["numpy", "random"]) as sandbox:
        code = "import random, numpy\n[random.random(), float(numpy.random.random())]"
        drawn = [(await sandbox.run(code, session=name)).result for name in ("a", "b")]
    assert drawn[0] != drawn[1]


async def test_a_module_that_is_not_there_cannot_be_loaded_beforehand() -> None:
    sandbox = LocalSandbox(preload=["no_such_module"])
    with pytest.raises(SandboxUnavailable, match="no_such_module"):
        await sandbox.start()
    await sandbox.close()
