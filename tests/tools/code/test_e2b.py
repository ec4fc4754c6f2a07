"""The E2B sandbox through E2B's own SDK, against a service on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from surefoot import ToolError
from surefoot.tools import E2BSandbox, SandboxUnavailable

from .e2b_server import E2BServer, e2b_server

pytest.importorskip("e2b_code_interpreter", reason="the extra `e2b` is not installed")
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def service() -> AsyncIterator[E2BServer]:
    async with e2b_server() as service:
        yield service


@pytest.fixture
async def cloud(service: E2BServer) -> AsyncIterator[E2BSandbox]:
    async with at(service) as sandbox:
        yield sandbox


def at(service: E2BServer, *, sessions: int = 16, key: str = "") -> E2BSandbox:
    return E2BSandbox(
        api_key=key or service.key, api_url=service.url, sandbox_url=service.url, sessions=sessions
    )


async def test_a_program_prints_has_a_value_and_leaves_variables(cloud: E2BSandbox) -> None:
    first = await cloud.run("print('hello')\nx = n * 21\nx", session="s", inputs={"n": 2})
    assert (first.stdout, first.result, first.shown) == ("hello\n", 42, "42")
    assert (await cloud.run("[x, {'a': 'b'}]", session="s")).result == [42, {"a": "b"}]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("True", True),
        ("-1.5", -1.5),
        ("'it\\'s'", "it's"),
        ("'42'", "42"),
        ("None", None),
        ("{'a': [1]}", {"a": [1]}),
    ],
)
async def test_a_value_that_is_json_is_told_as_json(
    cloud: E2BSandbox, code: str, value: object
) -> None:
    assert (await cloud.run(code, session="s")).result == value


async def test_a_value_that_is_not_json_is_shown(cloud: E2BSandbox) -> None:
    done = await cloud.run("{1, 2}", session="s")
    assert (done.is_json, done.shown) == (False, "{1, 2}")


async def test_an_error_is_the_programs_result(cloud: E2BSandbox) -> None:
    done = await cloud.run("1 / 0", session="s")
    assert done.error is not None
    assert (done.error.name, done.error.message) == ("ZeroDivisionError", "division by zero")


async def test_each_session_has_a_machine_without_internet(
    service: E2BServer, cloud: E2BSandbox
) -> None:
    before = len(service.created)
    await cloud.run("mine = 1", session="one")
    assert (await cloud.run("'mine' in globals()", session="two")).result is False
    machines = service.created[before:]
    assert [machine["allow_internet_access"] for machine in machines] == [False, False]


async def test_a_program_out_of_time_costs_the_variables_and_says_so(
    service: E2BServer, cloud: E2BSandbox
) -> None:
    await cloud.run("x = 1", session="s")
    machine = len(service.created)
    done = await cloud.run("while True: pass", session="s", timeout_seconds=0.3)
    assert done.error is not None
    assert done.error.name == "Timeout"
    again = await cloud.run("'x' in globals()", session="s")
    assert (again.result, again.restarted) == (False, True)
    assert len([name for name in service.contexts if name.endswith(f"machine{machine}")]) == 1


async def test_a_machine_that_is_gone_is_replaced(service: E2BServer, cloud: E2BSandbox) -> None:
    await cloud.run("x = 1", session="s")
    service.ended.append(f"machine{len(service.created)}")
    lost = await cloud.run("x", session="s")
    assert lost.error is not None
    assert lost.error.name == "SessionDied"
    again = await cloud.run("'x' in globals()", session="s")
    assert (again.result, again.restarted) == (False, True)


async def test_machines_are_given_back(service: E2BServer) -> None:
    before = len(service.created)
    async with at(service, sessions=1) as cloud:
        for name in ("a", "b"):
            await cloud.run("1", session=name)
        assert f"machine{before + 1}" in service.ended
        await cloud.reset("b")
        assert f"machine{before + 2}" in service.ended
        await cloud.run("1", session="c")
    assert f"machine{before + 3}" in service.ended


async def test_a_wrong_key_is_for_the_operator_to_mend(service: E2BServer) -> None:
    async with at(service, key="e2b_" + "1" * 40) as cloud:
        with pytest.raises(SandboxUnavailable):
            await cloud.run("1", session="s")


async def test_a_service_that_is_not_there_is_told_to_the_model() -> None:
    nowhere = "http://127.0.0.1:9"
    async with E2BSandbox(api_key="e2b_0", api_url=nowhere, sandbox_url=nowhere) as cloud:
        with pytest.raises(ToolError) as caught:
            await cloud.run("1", session="s")
    assert caught.value.code == "sandbox_failed"
