from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot.tools import QueryLimits, Workspace

CITIES = ("Oslo", "Rome", "Lima")


def write_shop(folder: Path) -> None:
    """Write a small shop: customers, and the orders that refer to them."""
    customers = [f"{n},N{n},{CITIES[n % 3]}" for n in range(1, 10)]
    orders = [f"{n},{n % 7 + 1},{n * 1.5},2024-01-{n % 28 + 1:02}" for n in range(1, 201)]
    (folder / "customers.csv").write_text("\n".join(["id,name,city", *customers]) + "\n")
    (folder / "orders.csv").write_text("\n".join(["id,customer_id,amount,day", *orders]) + "\n")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots with the shop in it."""
    data = tmp_path_factory.mktemp("shop")
    write_shop(data)
    folder = tmp_path_factory.mktemp("snapshots")
    report = asyncio.run(Workspace(folder).ingest([data]))
    assert report.added == ("customers.csv", "orders.csv") and not report.errors
    return folder


@pytest.fixture(scope="module")
async def workspace(shop: Path) -> AsyncIterator[Workspace]:
    """The shop, with patience for a busy machine."""
    opened = Workspace(shop, limits=QueryLimits(seconds=60, look_seconds=30))
    yield opened
    await opened.close()
