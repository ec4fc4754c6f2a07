"""Sandboxes for the tests of this room, one for a whole module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from surefoot.tools import LocalSandbox


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[LocalSandbox]:
    async with LocalSandbox() as sandbox:
        yield sandbox
