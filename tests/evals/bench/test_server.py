"""The server's benchmark, at a size that only shows that it works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from surefoot.evals.bench.server.cuts import cut_everywhere  # type: ignore[import-not-found]
from surefoot.evals.bench.server.load import as_langgraph, ask_natively, load  # type: ignore[import-not-found]
from surefoot.evals.bench.server.processes import Running, running  # type: ignore[import-not-found]
from surefoot.evals.bench.server.sockets import crowd  # type: ignore[import-not-found]

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server that is measured."""
    folder = tmp_path_factory.mktemp("bench") / "data"
    with running("surefoot.evals.bench.server.program", str(folder)) as program:
        yield program


async def test_load_counts_runs_and_what_they_cost(program: Running) -> None:
    for ask in (ask_natively, as_langgraph("surefoot")):
        done = await load(program, clients=2, seconds=0.1, ask=ask)
        assert done.runs_per_second > 0 and done.first_event_p50_ms > 0
        assert "2 clients" in str(done)
    assert program.cold_start > 0 and program.megabytes > 10


async def test_a_crowd_of_sockets_hears_all(program: Running) -> None:
    many = await crowd(program, sockets=3)
    assert (many.sockets, many.complete) == (3, 3)


async def test_no_protocol_loses_anything_where_it_is_cut(program: Running) -> None:
    for cuts in await cut_everywhere(program):
        assert cuts.cuts > 5 and (cuts.lost, cuts.doubled, cuts.reordered) == (0, 0, 0), str(cuts)
