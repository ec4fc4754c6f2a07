"""The E2B sandbox against E2B's genuine template server, which runs the programs in the cloud.

The server is public (e2b-dev/code-interpreter, folder `template/server`, with Jupyter behind it);
the control plane, which hands out machines, is not and is ours here. Start the server and name it:
`SUREFOOT_TEST_E2B_SERVER=http://127.0.0.1:49999`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from surefoot.tools import E2BSandbox

from .e2b_server import E2BServer, e2b_server

pytest.importorskip("e2b_code_interpreter", reason="the extra `e2b` is not installed")

SERVER = os.environ.get("SUREFOOT_TEST_E2B_SERVER", "")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not SERVER, reason="SUREFOOT_TEST_E2B_SERVER names no genuine E2B template server"
    ),
]


@pytest.fixture(scope="module")
async def control() -> AsyncIterator[E2BServer]:
    async with e2b_server() as control:
        yield control


@pytest.fixture
async def cloud(control: E2BServer) -> AsyncIterator[E2BSandbox]:
    async with E2BSandbox(api_key=control.key, api_url=control.url, sandbox_url=SERVER) as sandbox:
        yield sandbox


async def test_a_program_prints_has_a_value_and_leaves_variables(cloud: E2BSandbox) -> None:
    first = await cloud.run("print('hello')\nx = n * 21\nx", session="s", inputs={"n": 2})
    assert (first.stdout, first.result, first.shown) == ("hello\n", 42, "42")
    assert (await cloud.run("{'x': [x, None]}", session="s")).result == {"x": [42, None]}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("True", True),
        ("-1.5", -1.5),
        ("'it\\'s'", "it's"),
        ("'42'", "42"),
        ("['a', 1]", ["a", 1]),
        ("2**80", 2**80),
        ("float('inf')", None),
    ],
)
async def test_a_value_that_is_json_is_told_as_json(
    cloud: E2BSandbox, code: str, value: object
) -> None:
    assert (await cloud.run(code, session="s")).result == value


async def test_a_value_that_is_not_json_is_shown(cloud: E2BSandbox) -> None:
    done = await cloud.run("{1, 2}", session="s")
    assert (done.is_json, done.shown) == (False, "{1, 2}")


async def test_both_streams_and_an_error_with_its_traceback_come_back(cloud: E2BSandbox) -> None:
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n1 / 0"
    done = await cloud.run(code, session="s")
    assert (done.stdout, done.stderr) == ("out\n", "err\n")
    assert done.error is not None
    assert (done.error.name, done.error.message) == ("ZeroDivisionError", "division by zero")
    assert "1 / 0" in done.error.traceback
    assert "\x1b" not in done.error.traceback


async def test_a_figure_comes_back_as_an_image(cloud: E2BSandbox) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()"
    done = await cloud.run(code, session="s", timeout_seconds=60)
    assert len(done.images) == 1
    assert done.images[0].startswith(b"\x89PNG")


async def test_a_table_is_shown(cloud: E2BSandbox) -> None:
    code = "import pandas as pd\npd.DataFrame({'a': [1, 2]})"
    done = await cloud.run(code, session="s", timeout_seconds=60)
    assert done.shown is not None
    assert done.shown.split() == ["a", "0", "1", "1", "2"]


async def test_sessions_run_side_by_side_and_share_nothing(cloud: E2BSandbox) -> None:
    runs = (cloud.run(f"mine = {n}\nmine * 2", session=f"s{n}") for n in range(3))
    assert [done.result for done in await asyncio.gather(*runs)] == [0, 2, 4]
    assert (await cloud.run("'mine' in globals()", session="other")).result is False


async def test_after_a_timeout_the_session_goes_on_without_its_variables(
    cloud: E2BSandbox,
) -> None:
    await cloud.run("x = 1", session="s")
    loop = asyncio.get_running_loop()
    began = loop.time()
    done = await cloud.run("import time\ntime.sleep(60)", session="s", timeout_seconds=1)
    assert done.error is not None
    assert done.error.name == "Timeout"
    again = await cloud.run("'x' in globals()", session="s")
    assert (again.result, again.restarted) == (False, True)
    assert loop.time() - began < 20
